// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The module machine, included by MicroPython's extmod/modmachine.c: that of ports/esp32, and
// classes for the peripherals that the board lacks. A script can import such a class and read its
// constants. Its constructor raises NotImplementedError with the name of what is missing.

#include "ports/esp32/modmachine.c"

static mp_obj_t absent_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_raise_msg_varg(&mp_type_NotImplementedError, MP_ERROR_TEXT("the virtual board has no %q"),
        type->name);
}

#define ABSENT(name, qstr) \
    MP_DEFINE_CONST_OBJ_TYPE(name, qstr, MP_TYPE_FLAG_NONE, make_new, absent_make_new)
#define ABSENT_WITH(name, qstr, constants) \
    static MP_DEFINE_CONST_DICT(name##_dict, constants); \
    MP_DEFINE_CONST_OBJ_TYPE(name, qstr, MP_TYPE_FLAG_NONE, make_new, absent_make_new, \
    locals_dict, &name##_dict)

// The constants that scripts name in a constructor's arguments, which are evaluated before it.
// ESP-IDF's adc_atten_t and MicroPython's widths.
static const mp_rom_map_elem_t adc_constants[] = {
    { MP_ROM_QSTR(MP_QSTR_ATTN_0DB), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_ATTN_2_5DB), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_ATTN_6DB), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_ATTN_11DB), MP_ROM_INT(3) },
    { MP_ROM_QSTR(MP_QSTR_WIDTH_9BIT), MP_ROM_INT(9) },
    { MP_ROM_QSTR(MP_QSTR_WIDTH_10BIT), MP_ROM_INT(10) },
    { MP_ROM_QSTR(MP_QSTR_WIDTH_11BIT), MP_ROM_INT(11) },
    { MP_ROM_QSTR(MP_QSTR_WIDTH_12BIT), MP_ROM_INT(12) },
};

// ESP-IDF's i2s_dir_t and MicroPython's formats.
static const mp_rom_map_elem_t i2s_constants[] = {
    { MP_ROM_QSTR(MP_QSTR_RX), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_TX), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_MONO), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_STEREO), MP_ROM_INT(1) },
};

ABSENT_WITH(machine_adc_type, MP_QSTR_ADC, adc_constants);
ABSENT(machine_adc_block_type, MP_QSTR_ADCBlock);
ABSENT(machine_dac_type, MP_QSTR_DAC);
ABSENT(machine_i2c_type, MP_QSTR_I2C);
ABSENT_WITH(machine_i2s_type, MP_QSTR_I2S, i2s_constants);
ABSENT(machine_pwm_type, MP_QSTR_PWM);
ABSENT(machine_sdcard_type, MP_QSTR_SDCard);
ABSENT(machine_touchpad_type, MP_QSTR_TouchPad);

// Upstream's file has this macro in the module's table, empty for a chip without touch sensors.
#undef MICROPY_PY_MACHINE_TOUCH_PAD_ENTRY
#define MICROPY_PY_MACHINE_TOUCH_PAD_ENTRY \
    { MP_ROM_QSTR(MP_QSTR_ADC), MP_ROM_PTR(&machine_adc_type) }, \
    { MP_ROM_QSTR(MP_QSTR_ADCBlock), MP_ROM_PTR(&machine_adc_block_type) }, \
    { MP_ROM_QSTR(MP_QSTR_DAC), MP_ROM_PTR(&machine_dac_type) }, \
    { MP_ROM_QSTR(MP_QSTR_I2C), MP_ROM_PTR(&machine_i2c_type) }, \
    { MP_ROM_QSTR(MP_QSTR_I2S), MP_ROM_PTR(&machine_i2s_type) }, \
    { MP_ROM_QSTR(MP_QSTR_PWM), MP_ROM_PTR(&machine_pwm_type) }, \
    { MP_ROM_QSTR(MP_QSTR_SDCard), MP_ROM_PTR(&machine_sdcard_type) }, \
    { MP_ROM_QSTR(MP_QSTR_TouchPad), MP_ROM_PTR(&machine_touchpad_type) },
