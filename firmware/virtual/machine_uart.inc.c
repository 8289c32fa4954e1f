// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// machine.UART, included by MicroPython's extmod/machine_uart.c. It has the parts of ESP32's
// interface that mean something on a pty. Upstream's file for ESP32 is not used: it needs the
// chip's UART driver with its event queue, and a hardware timer.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/stream.h"
#include "shared/runtime/mpirq.h"

#include "board.h"
#include "uart.h"

#define UART_RXBUF_MIN (130) // of ESP-IDF: more than the hardware's FIFO
#define UART_BUF_MAX (65534)
#define UART_IRQ_ALLOWED (UART_IRQ_RX | UART_IRQ_RXIDLE)

// ESP-IDF's uart_signal_inv_t. Accepted: a pty has no polarity.
#define UART_INV_TX (1 << 5)
#define UART_INV_RX (1 << 2)
#define UART_INV_RTS (1 << 6)
#define UART_INV_CTS (1 << 3)

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_INV_TX), MP_ROM_INT(UART_INV_TX) }, \
    { MP_ROM_QSTR(MP_QSTR_INV_RX), MP_ROM_INT(UART_INV_RX) }, \
    { MP_ROM_QSTR(MP_QSTR_INV_RTS), MP_ROM_INT(UART_INV_RTS) }, \
    { MP_ROM_QSTR(MP_QSTR_INV_CTS), MP_ROM_INT(UART_INV_CTS) }, \
    { MP_ROM_QSTR(MP_QSTR_RTS), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_CTS), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(UART_IRQ_RX) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RXIDLE), MP_ROM_INT(UART_IRQ_RXIDLE) }, \

typedef struct _machine_uart_obj_t {
    mp_obj_base_t base;
    uint8_t id;
    uart_config_t config;
    uint32_t timeout_ms;      // for the first character
    uint32_t timeout_char_ms; // between characters
    uint32_t irq_trigger;
    uint32_t irq_flags;
    mp_irq_obj_t *irq;
    bool queue_lost;          // see mp_machine_uart_irq()
} machine_uart_obj_t;

static const uart_config_t uart_default = {
    .baudrate = 115200, .bits = 8, .parity = 2, .stop = 1, .rxbuf = 256, .txbuf = 256,
};

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    static const char *const parity[] = { "0", "1", "None" };
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "UART(%u, baudrate=%u, bits=%u, parity=%s, stop=%u, txbuf=%u, rxbuf=%u, "
        "timeout=%u, timeout_char=%u, irq=%d)", self->id, (unsigned int)self->config.baudrate,
        self->config.bits, parity[self->config.parity], self->config.stop,
        (unsigned int)self->config.txbuf, (unsigned int)self->config.rxbuf,
        (unsigned int)self->timeout_ms, (unsigned int)self->timeout_char_ms,
        (int)self->irq_trigger);
}

// An argument that was given must lie within the limits; one that was not leaves `current`.
static mp_int_t uart_arg(const mp_arg_val_t *arg, mp_int_t current, mp_int_t min, mp_int_t max) {
    if (arg->u_int < 0) {
        return current;
    }
    if (arg->u_int < min || arg->u_int > max) {
        mp_raise_ValueError(MP_ERROR_TEXT("UART argument out of range"));
    }
    return arg->u_int;
}

static uint8_t uart_parity_arg(mp_obj_t arg, uint8_t current) {
    if (arg == MP_OBJ_NEW_SMALL_INT(-1)) {
        return current;
    }
    return arg == mp_const_none ? 2 : (uint8_t)(mp_obj_get_int(arg) & 1);
}

enum {
    ARG_baudrate, ARG_bits, ARG_parity, ARG_stop, ARG_tx, ARG_rx, ARG_rts, ARG_cts, ARG_txbuf,
    ARG_rxbuf, ARG_timeout, ARG_timeout_char, ARG_invert, ARG_flow,
};

static const mp_arg_t uart_allowed_args[] = {
    { MP_QSTR_baudrate, MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_bits, MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(-1)} },
    { MP_QSTR_stop, MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_tx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_rx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_rts, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_cts, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_txbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_rxbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_invert, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
    { MP_QSTR_flow, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0} },
};

static uart_config_t uart_config_from(const mp_arg_val_t *args, uart_config_t c) {
    c.baudrate = (uint32_t)uart_arg(&args[ARG_baudrate], c.baudrate, 1, 5000000);
    c.bits = (uint8_t)uart_arg(&args[ARG_bits], c.bits, 5, 8);
    c.parity = uart_parity_arg(args[ARG_parity].u_obj, c.parity);
    c.stop = (uint8_t)uart_arg(&args[ARG_stop], c.stop, 1, 2);
    c.txbuf = (size_t)uart_arg(&args[ARG_txbuf], (mp_int_t)c.txbuf, 0, UART_BUF_MAX);
    c.rxbuf = (size_t)uart_arg(&args[ARG_rxbuf], (mp_int_t)c.rxbuf, 0, UART_BUF_MAX);
    c.rxbuf = c.rxbuf < UART_RXBUF_MIN ? UART_RXBUF_MIN : c.rxbuf;
    return c;
}

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args,
    const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_val_t args[MP_ARRAY_SIZE(uart_allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(uart_allowed_args),
        uart_allowed_args, args);

    // All arguments are checked before any of them takes effect.
    uart_config_t config = uart_config_from(args, self->config);
    mp_int_t timeout_ms = uart_arg(&args[ARG_timeout], self->timeout_ms, 0, INT32_MAX);
    mp_int_t timeout_char_ms = uart_arg(&args[ARG_timeout_char], self->timeout_char_ms, 0,
        INT32_MAX);
    if (!uart_start(self->id, &config)) {
        mp_raise_OSError(MP_ENOMEM);
    }
    self->config = config;
    self->queue_lost = args[ARG_rxbuf].u_int >= 0 || args[ARG_txbuf].u_int >= 0;
    self->timeout_ms = (uint32_t)timeout_ms;
    self->timeout_char_ms = (uint32_t)timeout_char_ms;
    self->irq_trigger = 0;
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_int_t id = mp_obj_get_int(args[0]);
    if (id < 1 || id >= BOARD_UARTS) { // UART 0 is the console
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("UART(%d) does not exist"), (int)id);
    }
    machine_uart_obj_t *self = MP_STATE_PORT(machine_uart_objs)[id];
    bool fresh = self == NULL;
    if (fresh) {
        self = mp_obj_malloc(machine_uart_obj_t, type);
        self->id = (uint8_t)id;
        self->config = uart_default;
        self->timeout_ms = 0;
        self->timeout_char_ms = 0;
        self->irq_trigger = 0;
        self->irq_flags = 0;
        self->irq = NULL;
    }
    if (fresh || n_args > 1 || n_kw > 0 || !uart_is_running((int)id)) {
        mp_map_t kw_args;
        mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
        mp_machine_uart_init_helper(self, n_args - 1, args + 1, &kw_args);
    }
    MP_STATE_PORT(machine_uart_objs)[id] = self;
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self) {
    uart_stop(self->id);
    self->irq_trigger = 0;
}

void board_uarts_deinit(void) {
    for (int i = 1; i < BOARD_UARTS; i++) {
        uart_stop(i);
        MP_STATE_PORT(machine_uart_objs)[i] = NULL;
    }
}

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self) {
    return (mp_int_t)uart_rx_available(self->id);
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self) {
    return uart_tx_left_us(self->id) == 0;
}

// Called in another thread. The handler itself runs from the scheduler.
static void machine_uart_event(void *arg, uint32_t flags) {
    machine_uart_obj_t *self = arg;
    self->irq_flags = flags;
    mp_irq_handler(self->irq);
}

static mp_uint_t machine_uart_irq_trigger(mp_obj_t self_in, mp_uint_t trigger) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    self->irq_trigger = (uint32_t)trigger;
    uart_set_event(self->id, self->irq_trigger, trigger == 0 ? NULL : machine_uart_event, self);
    return 0;
}

static mp_uint_t machine_uart_irq_info(mp_obj_t self_in, mp_uint_t info_type) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return info_type == MP_IRQ_INFO_FLAGS ? self->irq_flags
        : info_type == MP_IRQ_INFO_TRIGGERS ? self->irq_trigger : 0;
}

static const mp_irq_methods_t machine_uart_irq_methods = {
    .trigger = machine_uart_irq_trigger,
    .info = machine_uart_irq_info,
};

static mp_irq_obj_t *mp_machine_uart_irq(machine_uart_obj_t *self, bool any_args,
    mp_arg_val_t *args) {
    if (self->irq == NULL) {
        self->irq = mp_irq_new(&machine_uart_irq_methods, MP_OBJ_FROM_PTR(self));
    }
    if (any_args) {
        mp_obj_t handler = args[MP_IRQ_ARG_INIT_handler].u_obj;
        mp_uint_t trigger = (mp_uint_t)args[MP_IRQ_ARG_INIT_trigger].u_int;
        if (handler != mp_const_none && !mp_obj_is_callable(handler)) {
            mp_raise_ValueError(MP_ERROR_TEXT("handler must be None or callable"));
        }
        if (trigger & ~(mp_uint_t)UART_IRQ_ALLOWED) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("trigger 0x%04x unsupported"),
                (unsigned int)(trigger & ~(mp_uint_t)UART_IRQ_ALLOWED));
        }
        #if MICROPY_VERSION < MICROPY_MAKE_VERSION(1, 26, 0)
        // On a chip this starts a task on a queue that was freed with the old buffers, and hangs.
        // Fixed in 1.26: github.com/micropython/micropython/pull/17135
        if (self->queue_lost && handler != mp_const_none) {
            mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a chip would hang now"));
        }
        #endif
        machine_uart_irq_trigger(MP_OBJ_FROM_PTR(self), 0); // no event during the change
        self->irq->handler = handler;
        self->irq->ishard = false;
        machine_uart_irq_trigger(MP_OBJ_FROM_PTR(self), handler == mp_const_none ? 0 : trigger);
    }
    return self->irq;
}

// Only the VM's own thread may run callbacks; upstream's PPP reads from a task of its own.
static void machine_uart_wait(machine_uart_obj_t *self, int64_t timeout_us) {
    if (xTaskGetCurrentTaskHandle() != mp_main_task_handle) {
        uart_wait_rx(self->id, timeout_us);
        return;
    }
    mp_handle_pending(true);
    if (uart_rx_available(self->id) == 0) {
        board_wait_us(timeout_us);
    }
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_in, void *buf_in, mp_uint_t size,
    int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uint8_t *buf = buf_in;
    size_t got = 0;
    int64_t deadline_us = board_monotonic_us() + (int64_t)self->timeout_ms * 1000;
    for (;;) {
        size_t n = uart_read(self->id, buf + got, size - got);
        got += n;
        int64_t now_us = board_monotonic_us();
        if (n > 0) {
            deadline_us = now_us + (int64_t)self->timeout_char_ms * 1000;
        }
        if (got == size || now_us >= deadline_us || !uart_is_running(self->id)) {
            break;
        }
        machine_uart_wait(self, deadline_us - now_us);
    }
    if (got == 0 && size > 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return got;
}

static mp_uint_t mp_machine_uart_write(mp_obj_t self_in, const void *buf, mp_uint_t size,
    int *errcode) {
    (void)errcode;
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    uart_write(self->id, buf, size);
    return size; // bytes that the other end does not read are lost, as on a cable
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg,
    int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        mp_uint_t ready = arg & MP_STREAM_POLL_WR;
        if ((arg & MP_STREAM_POLL_RD) && uart_rx_available(self->id) > 0) {
            ready |= MP_STREAM_POLL_RD;
        }
        return ready;
    }
    if (request == MP_STREAM_FLUSH) {
        int64_t left;
        while ((left = uart_tx_left_us(self->id)) > 0) {
            mp_handle_pending(true);
            board_wait_us(left);
        }
        return 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}

MP_REGISTER_ROOT_POINTER(struct _machine_uart_obj_t *machine_uart_objs[3]);
