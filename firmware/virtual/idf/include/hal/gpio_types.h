// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// GPIO numbers and modes, with the values that Python sees as Pin.IN, Pin.OUT and so on.

#ifndef IDF_HAL_GPIO_TYPES_H
#define IDF_HAL_GPIO_TYPES_H

typedef int gpio_num_t;

// ESP32: 0 to 39, of which 24 and 28 to 31 do not exist and 34 to 39 are inputs only.
#define GPIO_PIN_COUNT (40)
#define GPIO_NUM_MAX GPIO_PIN_COUNT
#define GPIO_IS_VALID_GPIO(n) ((n) >= 0 && (n) < GPIO_NUM_MAX \
    && (n) != 24 && !((n) >= 28 && (n) <= 31))
#define GPIO_IS_VALID_OUTPUT_GPIO(n) (GPIO_IS_VALID_GPIO(n) && (n) < 34)

#define GPIO_MODE_DEF_INPUT (1)
#define GPIO_MODE_DEF_OUTPUT (2)
#define GPIO_MODE_DEF_OD (4)

typedef enum {
    GPIO_MODE_DISABLE = 0,
    GPIO_MODE_INPUT = 1,
    GPIO_MODE_OUTPUT = 2,
    GPIO_MODE_INPUT_OUTPUT = 3,
    GPIO_MODE_OUTPUT_OD = 6,
    GPIO_MODE_INPUT_OUTPUT_OD = 7,
} gpio_mode_t;

typedef enum {
    GPIO_INTR_DISABLE = 0,
    GPIO_INTR_POSEDGE = 1,
    GPIO_INTR_NEGEDGE = 2,
    GPIO_INTR_ANYEDGE = 3,
    GPIO_INTR_LOW_LEVEL = 4,
    GPIO_INTR_HIGH_LEVEL = 5,
} gpio_int_type_t;

typedef enum {
    GPIO_DRIVE_CAP_0,
    GPIO_DRIVE_CAP_1,
    GPIO_DRIVE_CAP_2,
    GPIO_DRIVE_CAP_3,
    GPIO_DRIVE_CAP_MAX,
} gpio_drive_cap_t;

#define GPIO_NUM_0 (0)
#define GPIO_NUM_1 (1)
#define GPIO_NUM_2 (2)
#define GPIO_NUM_3 (3)
#define GPIO_NUM_4 (4)
#define GPIO_NUM_5 (5)
#define GPIO_NUM_6 (6)
#define GPIO_NUM_7 (7)
#define GPIO_NUM_8 (8)
#define GPIO_NUM_9 (9)
#define GPIO_NUM_10 (10)
#define GPIO_NUM_11 (11)
#define GPIO_NUM_12 (12)
#define GPIO_NUM_13 (13)
#define GPIO_NUM_14 (14)
#define GPIO_NUM_15 (15)
#define GPIO_NUM_16 (16)
#define GPIO_NUM_17 (17)
#define GPIO_NUM_18 (18)
#define GPIO_NUM_19 (19)
#define GPIO_NUM_20 (20)
#define GPIO_NUM_21 (21)
#define GPIO_NUM_22 (22)
#define GPIO_NUM_23 (23)
#define GPIO_NUM_24 (24)
#define GPIO_NUM_25 (25)
#define GPIO_NUM_26 (26)
#define GPIO_NUM_27 (27)
#define GPIO_NUM_28 (28)
#define GPIO_NUM_29 (29)
#define GPIO_NUM_30 (30)
#define GPIO_NUM_31 (31)
#define GPIO_NUM_32 (32)
#define GPIO_NUM_33 (33)
#define GPIO_NUM_34 (34)
#define GPIO_NUM_35 (35)
#define GPIO_NUM_36 (36)
#define GPIO_NUM_37 (37)
#define GPIO_NUM_38 (38)
#define GPIO_NUM_39 (39)
#define GPIO_NUM_40 (40)
#define GPIO_NUM_41 (41)
#define GPIO_NUM_42 (42)
#define GPIO_NUM_43 (43)
#define GPIO_NUM_44 (44)
#define GPIO_NUM_45 (45)
#define GPIO_NUM_46 (46)
#define GPIO_NUM_47 (47)
#define GPIO_NUM_48 (48)

#endif // IDF_HAL_GPIO_TYPES_H
