// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// MicroPython's configuration: that of ports/esp32, so that scripts run in the same Python, with
// the types of a 64-bit host.

#include "mpconfigboard.h"

#include <alloca.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include "esp_random.h"
#include "esp_system.h"
#include "esp_wifi_types.h"
#include "freertos/FreeRTOS.h"
#include "hal/gpio_types.h"

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// Memory
#define MICROPY_OBJ_REPR                        (MICROPY_OBJ_REPR_A)
#define MICROPY_ALLOC_PATH_MAX                  (128)
#define MICROPY_ENABLE_GC                       (1)
#define MICROPY_STACK_CHECK_MARGIN              (1024)
#define MICROPY_TASK_STACK_SIZE                 (64 * 1024)

// Language
#define MICROPY_PERSISTENT_CODE_LOAD            (1)
#define MICROPY_READER_VFS                      (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF  (1)
#define MICROPY_LONGINT_IMPL                    (MICROPY_LONGINT_IMPL_MPZ)
// As on a 32-bit board: the 64-bit default has other limits, which scripts can notice.
#define MPZ_DIG_SIZE                            (16)
#define MICROPY_ERROR_REPORTING                 (MICROPY_ERROR_REPORTING_NORMAL)
#define MICROPY_WARNINGS                        (1)
#define MICROPY_FLOAT_IMPL                      (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_STREAMS_POSIX_API               (1)
#define MICROPY_USE_INTERNAL_ERRNO              (0)
#define MICROPY_USE_INTERNAL_PRINTF             (0)
#define MICROPY_SCHEDULER_DEPTH                 (8)
#define MICROPY_SCHEDULER_STATIC_NODES          (1)
#define MICROPY_VFS                             (1)

// Builtins
#define MICROPY_PY_STR_BYTES_CMP_WARN           (1)
#define MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS  (1)
#define MICROPY_PY_IO_BUFFEREDWRITER            (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS            (1)
#define MICROPY_PY_TIME_INCLUDEFILE             "ports/esp32/modtime.c"
// A small int of 32-bit boards, so that code without ticks_diff() fails here, too.
#define MICROPY_PY_TIME_TICKS_PERIOD            (1 << 30)
#define MICROPY_PY_THREAD                       (0)

// Modules
#define MICROPY_PY_HASHLIB_MD5                  (1)
#define MICROPY_PY_HASHLIB_SHA1                 (1)
#define MICROPY_PY_HASHLIB_SHA256               (1)
#define MICROPY_PY_CRYPTOLIB                    (1)
#define MICROPY_PY_ONEWIRE                      (1)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC        (esp_random())
#if __has_include("ports/esp32/modos.c") // up to 1.26; later ones ask mp_hal_get_random()
#define MICROPY_PY_OS_INCLUDEFILE               "ports/esp32/modos.c"
#endif
#define MICROPY_PY_OS_DUPTERM                   (1)
#define MICROPY_PY_OS_DUPTERM_NOTIFY            (1)
#define MICROPY_PY_OS_SYNC                      (1)
#define MICROPY_PY_OS_UNAME                     (1)
#define MICROPY_PY_OS_URANDOM                   (1)
#define MICROPY_PY_WEBSOCKET                    (1)
#define MICROPY_PY_WEBREPL                      (1)

// Machine
#define MICROPY_PY_MACHINE                      (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE          "machine.inc.c"
#define MICROPY_PY_MACHINE_RESET                (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS     (1)
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#define MICROPY_PY_MACHINE_PIN_MAKE_NEW         mp_pin_make_new
#define MICROPY_PY_MACHINE_BITSTREAM            (1)
#define MICROPY_PY_MACHINE_DHT_READINTO         (1)
#define MICROPY_PY_MACHINE_PULSE                (1)
#define MICROPY_PY_MACHINE_SOFTI2C              (1)
#define MICROPY_PY_MACHINE_UART                 (1)
#define MICROPY_PY_MACHINE_UART_INCLUDEFILE     "machine_uart.inc.c"
#define MICROPY_PY_MACHINE_UART_IRQ             (1)
#define MICROPY_PY_MACHINE_WDT                  (1)
#define MICROPY_PY_MACHINE_WDT_INCLUDEFILE      "ports/esp32/machine_wdt.c"
#define MICROPY_PY_MACHINE_SPI                  (1)
#define MICROPY_PY_MACHINE_SOFTSPI              (1)
#define MICROPY_HW_SOFTSPI_MIN_DELAY            (0)
#define MICROPY_HW_SOFTSPI_MAX_BAUDRATE         (1200000) // as an ESP32 at 240 MHz
#define MICROPY_PY_MACHINE_SPI_MSB              (0)
#define MICROPY_PY_MACHINE_SPI_LSB              (1)
#define MICROPY_HW_RTC_USER_MEM_MAX             (2048) // ports/esp32's own figure
#define MICROPY_HW_ENABLE_SDCARD                (0)
#define MICROPY_HW_ESP_USB_SERIAL_JTAG          (0)

// Network: the socket module is ports/esp32/modsocket.c over lwIP
#define MICROPY_PY_NETWORK                      (1)
#define MICROPY_PY_NETWORK_INCLUDEFILE          "ports/esp32/modnetwork.h"
#define MICROPY_PY_NETWORK_MODULE_GLOBALS_INCLUDEFILE "ports/esp32/modnetwork_globals.h"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT     "mpy-esp32"
#define MICROPY_PY_NETWORK_WLAN                 (1)
#define MICROPY_PY_NETWORK_LAN                  (1)
#define MICROPY_PY_NETWORK_LAN_SPI_CLOCK_SPEED_MZ (20)
#define MICROPY_PY_SOCKET_EVENTS                (0)
#define MICROPY_HW_ENABLE_MDNS_QUERIES          (0)
#define MICROPY_HW_ENABLE_MDNS_RESPONDER        (0)

// FAT
#define MICROPY_FATFS_ENABLE_LFN                (1)
#define MICROPY_FATFS_RPATH                     (2)
#define MICROPY_FATFS_MAX_SS                    (4096)
#define MICROPY_FATFS_LFN_CODE_PAGE             437

#define MICROPY_PY_SYS_PLATFORM                 "esp32"
#define MICROPY_BANNER_MACHINE                  MICROPY_HW_BOARD_NAME " with " MICROPY_HW_MCU_NAME

// Types of a 64-bit host
#ifndef UINT_FMT
#define UINT_FMT "%lu"
#define INT_FMT "%ld"
#define HEX_FMT "%lx"
#endif
#define MP_SSIZE_MAX (0x7fffffffffffffff)
typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;

#define MP_STATE_PORT MP_STATE_VM

// Other threads schedule callbacks and send Ctrl-C, so "interrupts off" is a lock.
void board_irq_lock(void);
void board_irq_unlock(void);
static inline mp_uint_t board_atomic_begin(void) {
    board_irq_lock();
    return 0;
}
#define MICROPY_BEGIN_ATOMIC_SECTION() board_atomic_begin()
#define MICROPY_END_ATOMIC_SECTION(state) ((void)(state), board_irq_unlock())

// Scheduling a callback also ends the wait of the main task.
void mp_hal_wake_main_task(void);
#define MICROPY_SCHED_HOOK_SCHEDULED mp_hal_wake_main_task()

// Called before the VM checks for scheduled functions; see eager.c.
extern bool board_is_eager;
void board_eager_point(void);
#define MICROPY_VM_HOOK_LOOP if (board_is_eager) { board_eager_point(); }

// select.poll() waits here, at most 1 ms at a time: lwIP's sockets do not notify the main task.
void board_poll_events(void);
#define MICROPY_EVENT_POLL_HOOK board_poll_events();
