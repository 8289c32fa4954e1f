// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Tap: a stream that hands reads and writes on to another one, and notes that something was read.
// network.PPP of MicroPython 1.25 uses its stream from tasks that hold no lock of the interpreter: so
// nothing here allocates or raises after the object was made.

#include <stdatomic.h>

#include "py/obj.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "connectwith/bind/bind.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t stream;
    const mp_stream_p_t *protocol; // of the stream
    atomic_uint heard;
} connectwith_tap_obj_t;

// Tap(stream). OSError: it cannot be read or written.
static mp_obj_t tap_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const mp_stream_p_t *protocol = mp_get_stream_raise(args[0],
        MP_STREAM_OP_READ | MP_STREAM_OP_WRITE);
    connectwith_tap_obj_t *self = mp_obj_malloc(connectwith_tap_obj_t, type);
    self->stream = args[0];
    self->protocol = protocol;
    atomic_init(&self->heard, 0);
    return MP_OBJ_FROM_PTR(self);
}

// heard(): whether something has been read since the last call.
static mp_obj_t tap_heard(mp_obj_t self_in) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(atomic_exchange(&self->heard, 0) != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(tap_heard_obj, tap_heard);

static mp_uint_t tap_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_uint_t count = self->protocol->read(self->stream, buf, size, errcode);
    if (count != MP_STREAM_ERROR && count > 0) {
        atomic_store(&self->heard, 1);
    }
    return count;
}

static mp_uint_t tap_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return self->protocol->write(self->stream, buf, size, errcode);
}

static mp_uint_t tap_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return self->protocol->ioctl(self->stream, request, arg, errcode);
}

static const mp_stream_p_t tap_protocol = {
    .read = tap_read,
    .write = tap_write,
    .ioctl = tap_ioctl,
};

static const mp_rom_map_elem_t tap_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_heard), MP_ROM_PTR(&tap_heard_obj) },
};
static MP_DEFINE_CONST_DICT(tap_locals_dict, tap_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_tap_type,
    MP_QSTR_Tap,
    MP_TYPE_FLAG_NONE,
    make_new, tap_make_new,
    protocol, &tap_protocol,
    locals_dict, &tap_locals_dict
    );
