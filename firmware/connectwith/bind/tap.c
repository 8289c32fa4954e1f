// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Tap: a stream that passes reads and writes on to another stream. It records whether anything was
// read, and whether the peer has refused the credentials. Bytes that were read before PPP started
// are read first. network.PPP of MicroPython 1.25 uses its stream from tasks that do not hold the
// interpreter's lock, so nothing here allocates or raises once the object exists.

#include <stdatomic.h>
#include <string.h>

#include "py/obj.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/pppscan.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t stream;
    const mp_stream_p_t *protocol; // of the stream
    mp_buffer_info_t first;    // the rest of the bytes that are read first
    mp_obj_t first_obj;        // their object, so that it is not collected
    pppscan_t scan;            // used by the reading task only
    atomic_uint heard, refused;
} connectwith_tap_obj_t;

// Tap(stream, first): `first` (bytes) is read before the stream is. OSError: the stream cannot be
// read or written.
static mp_obj_t tap_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    const mp_stream_p_t *protocol = mp_get_stream_raise(args[0],
        MP_STREAM_OP_READ | MP_STREAM_OP_WRITE);
    connectwith_tap_obj_t *self = mp_obj_malloc(connectwith_tap_obj_t, type);
    self->stream = args[0];
    self->protocol = protocol;
    self->first_obj = args[1];
    mp_get_buffer_raise(args[1], &self->first, MP_BUFFER_READ);
    self->scan = (pppscan_t) {.count = 0};
    atomic_init(&self->heard, 0);
    atomic_init(&self->refused, 0);
    return MP_OBJ_FROM_PTR(self);
}

// heard(): whether something has been read since the last call.
static mp_obj_t tap_heard(mp_obj_t self_in) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(atomic_exchange(&self->heard, 0) != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(tap_heard_obj, tap_heard);

// refused(): whether the peer has refused user name or password.
static mp_obj_t tap_refused(mp_obj_t self_in) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(atomic_load(&self->refused) != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(tap_refused_obj, tap_refused);

static mp_uint_t tap_read_first(connectwith_tap_obj_t *self, void *buf, mp_uint_t size) {
    const size_t count = self->first.len < size ? self->first.len : size;
    memcpy(buf, self->first.buf, count);
    self->first.buf = (uint8_t *)self->first.buf + count;
    self->first.len -= count;
    return count;
}

static mp_uint_t tap_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_uint_t count = self->first.len > 0 ? tap_read_first(self, buf, size)
        : self->protocol->read(self->stream, buf, size, errcode);
    if (count != MP_STREAM_ERROR && count > 0) {
        atomic_store(&self->heard, 1);
        if (pppscan_feed(&self->scan, buf, count)) {
            atomic_store(&self->refused, 1);
        }
    }
    return count;
}

static mp_uint_t tap_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return self->protocol->write(self->stream, buf, size, errcode);
}

static mp_uint_t tap_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
    const mp_uint_t ready = self->protocol->ioctl(self->stream, request, arg, errcode);
    const bool more = request == MP_STREAM_POLL && self->first.len > 0 && ready != MP_STREAM_ERROR;
    return more ? ready | (arg & MP_STREAM_POLL_RD) : ready;
}

// irq(handler, trigger): nothing. network.PPP of later versions sets its UART's handler by it, and
// takes it away from lwIP's task and at a soft reset. Behind the UART's end that would allocate
// while the heap is swept: PPP would not be closed, and lwIP would keep an interface in memory that
// is used for other objects. links/modem/ppp.py sets the handler.
static mp_obj_t tap_irq(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(tap_irq_obj, 2, 3, tap_irq);

// network.PPP of later versions looks up the constants of irq() on its stream.
static void tap_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR_heard || attr == MP_QSTR_refused || attr == MP_QSTR_irq) {
        dest[1] = MP_OBJ_SENTINEL;  // see locals_dict
    } else {
        connectwith_tap_obj_t *self = MP_OBJ_TO_PTR(self_in);
        mp_load_method_maybe(self->stream, attr, dest);
    }
}

static const mp_stream_p_t tap_protocol = {
    .read = tap_read,
    .write = tap_write,
    .ioctl = tap_ioctl,
};

static const mp_rom_map_elem_t tap_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_heard), MP_ROM_PTR(&tap_heard_obj) },
    { MP_ROM_QSTR(MP_QSTR_refused), MP_ROM_PTR(&tap_refused_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&tap_irq_obj) },
};
static MP_DEFINE_CONST_DICT(tap_locals_dict, tap_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_tap_type,
    MP_QSTR_Tap,
    MP_TYPE_FLAG_NONE,
    make_new, tap_make_new,
    protocol, &tap_protocol,
    attr, tap_attr,
    locals_dict, &tap_locals_dict
    );
