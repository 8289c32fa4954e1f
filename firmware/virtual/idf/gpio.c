// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Pins. A pin is driven by the firmware's output driver, or by the simulated world. The world gets
// a message for each change of the driver, and sends one to set the level of an input (wire.h).

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "driver/gpio.h"
#include "driver/rtc_io.h"
#include "esp_mac.h"
#include "w5500.h"
#include "wire.h"

typedef struct {
    uint8_t mode;        // a gpio_mode_t
    bool output;         // last level given to the driver
    bool held;
    bool held_output;    // level of the held pad
    bool pull_up;
    bool world_drives;   // the world has set a level,
    bool world_level;    // this one
    gpio_isr_t handler;
    void *handler_arg;
} pin_t;

gpio_dev_t GPIO; // interrupt types
static pin_t pins[GPIO_NUM_MAX];
static wire_t *wire; // NULL: no world; guarded by the lock that stands for "interrupts off"

static bool valid(gpio_num_t pin) {
    return GPIO_IS_VALID_GPIO(pin);
}

static bool is_driven(const pin_t *p) {
    bool level = p->held ? p->held_output : p->output;
    bool open_drain = (p->mode & GPIO_MODE_DEF_OD) != 0;
    return (p->mode & GPIO_MODE_DEF_OUTPUT) != 0 && !(open_drain && level);
}

static bool level_of(const pin_t *p) {
    if (is_driven(p)) {
        return p->held ? p->held_output : p->output;
    }
    return p->world_drives ? p->world_level : p->pull_up;
}

static void tell_world(gpio_num_t pin, bool level) {
    char text[16];
    int n = snprintf(text, sizeof(text), "%d %d", pin, level);
    if (wire != NULL) {
        wire_send(wire, 'G', text, (size_t)n); // lost when the world does not read
    }
}

static void interrupt(gpio_num_t pin, bool before, bool after) {
    const pin_t *p = &pins[pin];
    uint32_t type = GPIO.pin[pin].int_type;
    bool fire = (type == GPIO_INTR_POSEDGE && !before && after)
        || (type == GPIO_INTR_NEGEDGE && before && !after)
        || (type == GPIO_INTR_ANYEDGE && before != after)
        || (type == GPIO_INTR_LOW_LEVEL && before != after && !after)
        || (type == GPIO_INTR_HIGH_LEVEL && before != after && after);
    if (fire && p->handler != NULL) {
        p->handler(p->handler_arg);
    }
}

// Applies `change` to a pin, then reports its effect: to the world, to the W5500 and to the
// interrupt handler.
#define CHANGE(pin, change) do { \
        if (!valid(pin)) { \
            return ESP_ERR_INVALID_ARG; \
        } \
        board_irq_lock(); \
        pin_t *p = &pins[pin]; \
        bool before = level_of(p); \
        bool was_driven = is_driven(p); \
        change; \
        finish_change(pin, before, was_driven); \
        board_irq_unlock(); \
        return ESP_OK; \
} while (0)

static void finish_change(gpio_num_t pin, bool before, bool was_driven) {
    pin_t *p = &pins[pin];
    bool after = level_of(p);
    if (is_driven(p) && (!was_driven || before != after)) {
        tell_world(pin, after);
    } else if (was_driven && !is_driven(p)) {
        tell_world(pin, after); // released: the level is that of the pull-up or of the world
    }
    if (pin == W5500_RESET_PIN) {
        w5500_reset_pin(is_driven(p) && !after);
    }
    interrupt(pin, before, after);
}

esp_err_t gpio_set_level(gpio_num_t pin, uint32_t level) {
    CHANGE(pin, p->output = level != 0);
}

esp_err_t gpio_set_direction(gpio_num_t pin, gpio_mode_t mode) {
    if ((mode & GPIO_MODE_DEF_OUTPUT) && !GPIO_IS_VALID_OUTPUT_GPIO(pin)) {
        return ESP_ERR_INVALID_ARG;
    }
    CHANGE(pin, p->mode = (uint8_t)mode);
}

esp_err_t gpio_pullup_en(gpio_num_t pin) {
    CHANGE(pin, p->pull_up = true);
}

esp_err_t gpio_pullup_dis(gpio_num_t pin) {
    CHANGE(pin, p->pull_up = false);
}

// A pin that is not driven reads low unless it is pulled up, so pull-downs have no effect.
esp_err_t gpio_pulldown_en(gpio_num_t pin) {
    return valid(pin) ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t gpio_pulldown_dis(gpio_num_t pin) {
    return valid(pin) ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t gpio_set_drive_capability(gpio_num_t pin, gpio_drive_cap_t strength) {
    return valid(pin) && strength < GPIO_DRIVE_CAP_MAX ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t gpio_hold_en(gpio_num_t pin) {
    CHANGE(pin, { p->held_output = p->held ? p->held_output : p->output; p->held = true; });
}

esp_err_t gpio_hold_dis(gpio_num_t pin) {
    CHANGE(pin, p->held = false);
}

int gpio_get_level(gpio_num_t pin) {
    if (!valid(pin)) {
        return 0;
    }
    board_irq_lock();
    int level = level_of(&pins[pin]);
    board_irq_unlock();
    return level;
}

int gpio_board_output_level(gpio_num_t pin) {
    return valid(pin) && pins[pin].output;
}

esp_err_t gpio_install_isr_service(int flags) {
    (void)flags;
    return ESP_OK;
}

esp_err_t gpio_set_intr_type(gpio_num_t pin, gpio_int_type_t type) {
    CHANGE(pin, GPIO.pin[pin].int_type = type);
}

esp_err_t gpio_isr_handler_add(gpio_num_t pin, gpio_isr_t handler, void *arg) {
    CHANGE(pin, { p->handler = handler; p->handler_arg = arg; });
}

esp_err_t gpio_isr_handler_remove(gpio_num_t pin) {
    CHANGE(pin, { p->handler = NULL; p->handler_arg = NULL; });
}

void esp_rom_gpio_pad_select_gpio(uint32_t pin) {
    (void)pin;
}

bool rtc_gpio_is_valid_gpio(gpio_num_t pin) {
    (void)pin;
    return false;
}

esp_err_t rtc_gpio_deinit(gpio_num_t pin) {
    (void)pin;
    return ESP_ERR_INVALID_ARG;
}

static esp_err_t world_sets(gpio_num_t pin, bool level) {
    CHANGE(pin, { p->world_drives = true; p->world_level = level; });
}

// The pin keeps the level that the world set last when the world goes.
static void on_wire(wire_t *from, void *arg, uint8_t type, const uint8_t *payload, size_t length) {
    (void)from, (void)arg;
    char text[16];
    int pin, level, used = 0;
    if (type == WIRE_GONE) {
        board_irq_lock();
        wire_close(wire);
        wire = NULL;
        board_irq_unlock();
    } else if (type == 'I' && length < sizeof(text)) {
        memcpy(text, payload, length);
        text[length] = '\0';
        if (sscanf(text, "%3d %1d%n", &pin, &level, &used) == 2 && used == (int)length) {
            world_sets(pin, level != 0);
        }
    }
}

void gpio_board_start(void) {
    uint8_t mac[6];
    if (board_options.net == NULL || esp_efuse_mac_get_default(mac) != ESP_OK) {
        return;
    }
    board_irq_lock();
    wire = wire_open("gpio", mac, on_wire, NULL);
    board_irq_unlock();
    if (wire == NULL) {
        warnx("%s does not answer; the pins are not connected", board_options.net);
    }
}
