// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The names that MicroPython, ports/esp32's files and user C modules written for ESP32 use.

#pragma once

#include "py/obj.h"
#include "py/ringbuf.h"
#include "shared/runtime/interrupt_char.h"

#include "driver/gpio.h"
#include "driver/spi_master.h"
#include "esp_err.h"
#include "esp_rom_gpio.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

#define MICROPY_PLATFORM_VERSION "virtual"

#define MP_TASK_COREID (1)

extern TaskHandle_t mp_main_task_handle;
extern ringbuf_t stdin_ringbuf;

void check_esp_err_(esp_err_t code);
#define check_esp_err(code) check_esp_err_(code)

mp_uint_t mp_hal_ticks_ms(void);
mp_uint_t mp_hal_ticks_us(void);
mp_uint_t mp_hal_ticks_cpu(void);
uint64_t mp_hal_time_ns(void);
void mp_hal_delay_ms(mp_uint_t ms);
void mp_hal_delay_us(mp_uint_t us);
void mp_hal_set_interrupt_char(int c);
void mp_hal_get_random(size_t n, uint8_t *buf);

// Safe from any thread.
void mp_hal_wake_main_task(void);
void mp_hal_wake_main_task_from_isr(void);

#define mp_hal_quiet_timing_enter() MICROPY_BEGIN_ATOMIC_SECTION()
#define mp_hal_quiet_timing_exit(state) MICROPY_END_ATOMIC_SECTION(state)
#define mp_hal_delay_us_fast(us) mp_hal_delay_us(us)

// Pins for C code
#define MP_HAL_PIN_FMT "%u"
#define mp_hal_pin_obj_t gpio_num_t
mp_hal_pin_obj_t machine_pin_get_id(mp_obj_t pin_in);
spi_host_device_t machine_hw_spi_get_host(mp_obj_t in);
#define mp_hal_get_pin_obj(o) machine_pin_get_id(o)
#define mp_hal_pin_name(p) (p)

static inline void mp_hal_pin_input(mp_hal_pin_obj_t pin) {
    gpio_set_direction(pin, GPIO_MODE_INPUT);
}

static inline void mp_hal_pin_output(mp_hal_pin_obj_t pin) {
    gpio_set_direction(pin, GPIO_MODE_INPUT_OUTPUT);
}

// C code has open-drain pins for buses: I2C, 1-Wire, a DHT's line. A bus has a pull-up resistor.
static inline void mp_hal_pin_open_drain(mp_hal_pin_obj_t pin) {
    gpio_pullup_en(pin);
    gpio_set_direction(pin, GPIO_MODE_INPUT_OUTPUT_OD);
}

static inline void mp_hal_pin_od_low(mp_hal_pin_obj_t pin) {
    gpio_set_level(pin, 0);
}

static inline void mp_hal_pin_od_high(mp_hal_pin_obj_t pin) {
    gpio_set_level(pin, 1);
}

static inline int mp_hal_pin_read(mp_hal_pin_obj_t pin) {
    return gpio_get_level(pin);
}

static inline int mp_hal_pin_read_output(mp_hal_pin_obj_t pin) {
    return gpio_board_output_level(pin);
}

static inline void mp_hal_pin_write(mp_hal_pin_obj_t pin, int v) {
    gpio_set_level(pin, (uint32_t)v);
}
