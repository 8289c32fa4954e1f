// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Pins of the RTC domain: none is ever claimed by the ADC or touch sensor, which do not exist.

#pragma once

#include <stdbool.h>

#include "driver/gpio.h"

bool rtc_gpio_is_valid_gpio(gpio_num_t pin);
esp_err_t rtc_gpio_deinit(gpio_num_t pin);
