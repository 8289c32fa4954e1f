// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// General-purpose pins. Levels that the firmware sets go to the simulated world, and levels
// that the world sets come back from it.

#pragma once

#include <stdint.h>

#include "esp_err.h"
#include "hal/gpio_types.h"

typedef void (*gpio_isr_t)(void *arg);

esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level);
int gpio_get_level(gpio_num_t pin);
esp_err_t gpio_set_direction(gpio_num_t pin, gpio_mode_t mode);
esp_err_t gpio_pullup_en(gpio_num_t pin);
esp_err_t gpio_pullup_dis(gpio_num_t pin);
esp_err_t gpio_pulldown_en(gpio_num_t pin);
esp_err_t gpio_pulldown_dis(gpio_num_t pin);

// Has no effect: a simulated pin has no current.
esp_err_t gpio_set_drive_capability(gpio_num_t pin, gpio_drive_cap_t strength);

// While a pin is held, its output does not change.
esp_err_t gpio_hold_en(gpio_num_t pin);
esp_err_t gpio_hold_dis(gpio_num_t pin);

// ESP_ERR_NOT_SUPPORTED: only the timer ends this board's sleep.
esp_err_t gpio_sleep_set_direction(gpio_num_t pin, gpio_mode_t mode);
esp_err_t gpio_wakeup_enable(gpio_num_t pin, gpio_int_type_t type);

// Handlers run with interrupts off, in the thread that changes the level.
esp_err_t gpio_install_isr_service(int flags);
esp_err_t gpio_set_intr_type(gpio_num_t pin, gpio_int_type_t type);
esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t handler, void *arg);
esp_err_t gpio_isr_handler_remove(gpio_num_t pin);

// A function of the ROM, which selects GPIO as the pin's function.
void esp_rom_gpio_pad_select_gpio(uint32_t pin);

// Stands for the GPIO registers, of which upstream reads one field: the interrupt type.
typedef struct {
    struct {
        uint32_t int_type;
    } pin[GPIO_PIN_COUNT];
} gpio_dev_t;

extern gpio_dev_t GPIO;

// Of the virtual board only: the last level given to the output driver.
int gpio_board_output_level(gpio_num_t pin);

// Of the virtual board only: connects the pins to the simulated world.
void gpio_board_start(void);
