// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Every function of ESP-IDF and FreeRTOS that firmware/connectwith/port calls, declared once more
// from Espressif's documentation (docs.espressif.com, "ESP-IDF Programming Guide", v5.2 to v5.5;
// the page, then the header). C allows a second declaration only if it is equal: a stand-in
// header that differs from ESP-IDF does not compile here. Where ESP-IDF declares a
// function only #if something, so must the stand-in: in the other case the name is another thing
// here. check_syntax.py checks that the list is complete.

#include "esp_efuse.h"
#include "esp_eth.h"
#include "esp_event.h"
#include "esp_flash_encrypt.h"
#include "esp_mac.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "nvs.h"
#include "soc/soc_caps.h"
#if SOC_HMAC_SUPPORTED
#include "esp_hmac.h"
#endif

// API Reference / System API / ESP Timer: esp_timer/include/esp_timer.h
esp_err_t esp_timer_create(const esp_timer_create_args_t *create_args,
    esp_timer_handle_t *out_handle);
esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t timeout_us);
esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period_us);
esp_err_t esp_timer_stop(esp_timer_handle_t timer);
int64_t esp_timer_get_time(void);

// API Reference / System API / Miscellaneous System APIs: esp_system/include/esp_system.h
esp_reset_reason_t esp_reset_reason(void);

// API Reference / System API / Random Number Generation: esp_hw_support/include/esp_random.h
uint32_t esp_random(void);
void esp_fill_random(void *buf, size_t len);

// API Reference / System API / Miscellaneous: esp_hw_support/include/esp_mac.h
esp_err_t esp_efuse_mac_get_default(uint8_t *mac);

// API Reference / System API / eFuse Manager: efuse/include/esp_efuse.h
bool esp_efuse_find_purpose(esp_efuse_purpose_t purpose, esp_efuse_block_t *block);
bool esp_efuse_get_key_dis_read(esp_efuse_block_t block);

// API Reference / Peripherals / HMAC (ESP32-S2, S3, C3, C6, …): esp_hw_support/include/esp_hmac.h,
// which is an error on a chip without the unit.
#if SOC_HMAC_SUPPORTED
esp_err_t esp_hmac_calculate(hmac_key_id_t key_id, const void *message, size_t message_len,
    uint8_t *hmac);
#endif

// Security Guides / Flash Encryption: bootloader_support/include/esp_flash_encrypt.h
bool esp_flash_encryption_enabled(void);

// API Reference / Storage / Non-Volatile Storage: nvs_flash/include/nvs.h
esp_err_t nvs_open(const char *namespace_name, nvs_open_mode_t open_mode,
    nvs_handle_t *out_handle);
esp_err_t nvs_get_u64(nvs_handle_t handle, const char *key, uint64_t *out_value);
esp_err_t nvs_set_u64(nvs_handle_t handle, const char *key, uint64_t value);
esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out_value, size_t *length);
esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length);
esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key);
esp_err_t nvs_commit(nvs_handle_t handle);
void nvs_close(nvs_handle_t handle);

// API Reference / System API / Event Loop Library: esp_event/include/esp_event.h
esp_err_t esp_event_handler_register(esp_event_base_t event_base, int32_t event_id,
    esp_event_handler_t event_handler, void *event_handler_arg);

esp_err_t esp_event_post(esp_event_base_t event_base, int32_t event_id, const void *event_data,
    size_t event_data_size, TickType_t ticks_to_wait);

// API Reference / Networking / Ethernet: esp_eth/include/esp_eth_driver.h. The two that give the
// halves of a driver are in v5.3 and later, as are the pages that they are from.
esp_err_t esp_eth_start(esp_eth_handle_t hdl);
esp_err_t esp_eth_stop(esp_eth_handle_t hdl);
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(5, 3, 0)
esp_err_t esp_eth_get_mac_instance(esp_eth_handle_t hdl, esp_eth_mac_t **mac);
esp_err_t esp_eth_get_phy_instance(esp_eth_handle_t hdl, esp_eth_phy_t **phy);
#else
extern int esp_eth_get_mac_instance, esp_eth_get_phy_instance;
#endif

// API Reference / Networking / ESP-NETIF: esp_netif/include/esp_netif.h
esp_err_t esp_netif_init(void);
esp_netif_t *esp_netif_get_handle_from_ifkey(const char *if_key);
esp_netif_iodriver_handle esp_netif_get_io_driver(esp_netif_t *esp_netif);
esp_err_t esp_netif_set_hostname(esp_netif_t *esp_netif, const char *hostname);

// API Reference / Networking / ESP-NETIF: esp_netif/include/esp_netif_net_stack.h
void *esp_netif_get_netif_impl(esp_netif_t *esp_netif);

// API Reference / Networking / Wi-Fi: esp_wifi/include/esp_wifi.h
esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block);
esp_err_t esp_wifi_scan_get_ap_record(wifi_ap_record_t *ap_record);
esp_err_t esp_wifi_clear_ap_list(void);

// API Reference / System API / FreeRTOS (IDF): freertos/task.h
void vTaskDelete(TaskHandle_t task_to_delete);

// The same, "FreeRTOS Additional API": freertos/idf_additions.h. FreeRTOS.h includes it only #ifdef
// ESP_PLATFORM.
#ifdef ESP_PLATFORM
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t task_code, const char *const name,
    const uint32_t stack_depth, void *const parameters, UBaseType_t priority,
    TaskHandle_t *const created_task, const BaseType_t core_id);
#else
extern int xTaskCreatePinnedToCore;
#endif

// Sizes and units that the compiler can hold, too: a stack's depth is in bytes.
_Static_assert(sizeof(StackType_t) == 1, "the depth of a stack is in bytes");
