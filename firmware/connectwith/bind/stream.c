// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Stream: a non-blocking TCP connection, with TLS after secure(). It is a MicroPython stream:
// read() and write() return None where they would block, and select.poll() accepts it.

#include "py/mperrno.h"
#include "py/obj.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "connectwith/bind/bind.h"
#include "connectwith/core/hostname.h"
#include "connectwith/port/linger_lwip.h"
#include "connectwith/port/stream_lwip.h"
#include "connectwith/port/traffic_lwip.h"

typedef struct {
    mp_obj_base_t base;
    stream_t stream;
} connectwith_stream_obj_t;

static stream_t *stream_get(mp_obj_t self_in) {
    return &((connectwith_stream_obj_t *)MP_OBJ_TO_PTR(self_in))->stream;
}

static mp_obj_t stream_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    (void)args;
    connectwith_stream_obj_t *self = mp_obj_malloc_with_finaliser(connectwith_stream_obj_t, type);
    stream_init(&self->stream);
    return MP_OBJ_FROM_PTR(self);
}

// connect(addr, port, device=None): begins to connect. device: the interface that link_route()
// names; None: lwIP chooses. ValueError: bad argument. OSError: it cannot begin.
static mp_obj_t stream_connect_(size_t n_args, const mp_obj_t *args) {
    size_t len;
    const char *addr = mp_obj_str_get_data(args[1], &len);
    uint8_t quad[4];
    if (!hostname_quad(addr, len, quad)) {
        connectwith_raise(STATUS_BAD_ADDRESS);
    }
    const mp_int_t port = mp_obj_get_int(args[2]);
    if (port < 1 || port > 65535) {
        connectwith_raise(STATUS_BAD_PORT);
    }
    const bool bound = n_args > 3 && args[3] != mp_const_none;
    const char *device = bound ? mp_obj_str_get_str(args[3]) : NULL;
    const int error = stream_connect(stream_get(args[0]), quad, (uint16_t)port, device);
    if (error != 0) {
        mp_raise_OSError(error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(stream_connect_obj, 3, 4, stream_connect_);

static tls_bytes_t stream_credential(mp_obj_t obj) {
    if (obj == mp_const_none) {
        return (tls_bytes_t) {NULL, 0};
    }
    mp_buffer_info_t info;
    mp_get_buffer_raise(obj, &info, MP_BUFFER_READ);
    return (tls_bytes_t) {info.buf, info.len};
}

// secure(hostname, ca, cert=None, key=None, port=0): begins the TLS handshake; poll() reports its
// end. The arguments are copied. port: of the server; the handshake may resume the session that an
// earlier one with the same arguments has kept. 0: nothing is resumed or kept. ValueError: bad
// argument. RuntimeError: not connected. MemoryError.
static mp_obj_t stream_secure_(size_t n_args, const mp_obj_t *args) {
    size_t len;
    const char *host = mp_obj_str_get_data(args[1], &len);
    const mp_int_t port = n_args > 5 ? mp_obj_get_int(args[5]) : 0;
    if (port < 0 || port > 65535) {
        connectwith_raise(STATUS_BAD_PORT);
    }
    const tls_config_t config = {
        .hostname = {(const uint8_t *)host, len},
        .ca = stream_credential(args[2]),
        .cert = stream_credential(n_args > 3 ? args[3] : mp_const_none),
        .key = stream_credential(n_args > 4 ? args[4] : mp_const_none),
        .port = (uint16_t)port,
    };
    if (port != 0) {
        connectwith_restore_session();
    }
    connectwith_check(stream_secure(stream_get(args[0]), &config, connectwith_wake));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(stream_secure_obj, 3, 6, stream_secure_);

// poll(): a stream_state_t of port/stream_lwip.h.
static mp_obj_t stream_poll_(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(stream_poll(stream_get(self_in)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_poll_obj, stream_poll_);

// error(): why the stream failed; errno > 0, mbedTLS code < 0, or 0.
static mp_obj_t stream_error_(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(stream_get(self_in)->error);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_error_obj, stream_error_);

// verify_flags(): what is wrong with the server's certificate, MBEDTLS_X509_BADCERT_..., or 0.
static mp_obj_t stream_verify_flags_(mp_obj_t self_in) {
    return mp_obj_new_int_from_uint(stream_get(self_in)->verify_flags);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_verify_flags_obj, stream_verify_flags_);

// not_before(): start of the validity of the server's certificate in seconds since 2000, if it is
// not valid yet and has no other fault; else 0.
static mp_obj_t stream_not_before_(mp_obj_t self_in) {
    return mp_obj_new_int_from_uint(stream_get(self_in)->not_before_s);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_not_before_obj, stream_not_before_);

// resumed(): whether the handshake has resumed an earlier session, without a certificate.
static mp_obj_t stream_resumed_(mp_obj_t self_in) {
    return mp_obj_new_bool(stream_get(self_in)->resumed);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_resumed_obj, stream_resumed_);

// retry(): whether a session may be why the handshake has failed. The next one does without.
static mp_obj_t stream_retry_(mp_obj_t self_in) {
    return mp_obj_new_bool(stream_get(self_in)->retry);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_retry_obj, stream_retry_);

// watch(): asks for one step as soon as there may be something to read. False: not possible now.
static mp_obj_t stream_watch_(mp_obj_t self_in) {
    return mp_obj_new_bool(stream_watch(stream_get(self_in), connectwith_wake));
}
static MP_DEFINE_CONST_FUN_OBJ_1(stream_watch_obj, stream_watch_);

// count_message(out): counts a message that this connection has carried, to the server or from it.
static mp_obj_t stream_count_message(mp_obj_t self_in, mp_obj_t out_in) {
    const bool out = mp_obj_is_true(out_in);
    traffic_add(stream_get(self_in)->link, out ? TRAFFIC_MESSAGES_OUT : TRAFFIC_MESSAGES_IN, 1);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(stream_count_message_obj, stream_count_message);

// traffic(link) -> (bytes in, bytes out, messages in, messages out): see port/traffic_lwip.h.
static mp_obj_t connectwith_traffic(mp_obj_t link_in) {
    const mp_int_t link = mp_obj_get_int(link_in);
    if (link < 0 || link >= ATTEMPT_LINK_COUNT) {
        connectwith_raise(STATUS_BAD_LINK);
    }
    mp_obj_t items[TRAFFIC_COUNT];
    for (traffic_what_t what = 0; what < TRAFFIC_COUNT; ++what) {
        items[what] = mp_obj_new_int_from_uint(traffic_get((attempt_link_t)link, what));
    }
    return mp_obj_new_tuple(TRAFFIC_COUNT, items);
}
MP_DEFINE_CONST_FUN_OBJ_1(connectwith_traffic_obj, connectwith_traffic);

// lingering() -> bool: whether the peer of the last stream that was closed while connected has not
// yet acknowledged everything. True for one second at most.
static mp_obj_t connectwith_lingering(void) {
    return mp_obj_new_bool(linger_pending());
}
MP_DEFINE_CONST_FUN_OBJ_0(connectwith_lingering_obj, connectwith_lingering);

static mp_uint_t stream_result(int count, int error, int *errcode) {
    if (count >= 0) {
        return (mp_uint_t)count;
    }
    *errcode = error;
    return MP_STREAM_ERROR;
}

static mp_uint_t stream_protocol_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    int error = 0;
    const int count = stream_read(stream_get(self_in), buf, size, &error);
    return stream_result(count, error, errcode);
}

static mp_uint_t stream_protocol_write(mp_obj_t self_in, const void *buf, mp_uint_t size,
    int *errcode) {
    int error = 0;
    const int count = stream_write(stream_get(self_in), buf, size, &error);
    return stream_result(count, error, errcode);
}

static mp_uint_t stream_protocol_poll(stream_t *stream, mp_uint_t wanted) {
    const stream_ready_t ready = stream_ready(stream);
    mp_uint_t got = 0;
    if (ready.read) {
        got |= wanted & MP_STREAM_POLL_RD;
    }
    if (ready.write) {
        got |= wanted & MP_STREAM_POLL_WR;
    }
    if (ready.failed) {
        got |= stream->state == STREAM_CLOSED ? MP_STREAM_POLL_NVAL
            : MP_STREAM_POLL_ERR | MP_STREAM_POLL_HUP;
    }
    return got;
}

static mp_uint_t stream_protocol_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg,
    int *errcode) {
    stream_t *stream = stream_get(self_in);
    switch (request) {
        case MP_STREAM_POLL:
            return stream_protocol_poll(stream, arg);
        case MP_STREAM_CLOSE:
            stream_close(stream);
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

static const mp_stream_p_t stream_protocol = {
    .read = stream_protocol_read,
    .write = stream_protocol_write,
    .ioctl = stream_protocol_ioctl,
};

// readinto(buffer, n=all): number of bytes; 0: end of the stream; None: it would block. OSError.
// It reads once. MicroPython's own readinto() reads until the buffer is full, and so swallows an
// end or an error that follows data.
static mp_obj_t stream_readinto(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(args[1], &info, MP_BUFFER_WRITE);
    size_t len = info.len;
    if (n_args > 2) {
        const mp_int_t wanted = mp_obj_get_int(args[2]);
        len = wanted >= 0 && (size_t)wanted < len ? (size_t)wanted : len;
    }
    int error = 0;
    const int count = stream_read(stream_get(args[0]), info.buf, len, &error);
    if (count >= 0) {
        return MP_OBJ_NEW_SMALL_INT(count);
    }
    if (error != MP_EAGAIN) {
        mp_raise_OSError(error);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(stream_readinto_obj, 2, 3, stream_readinto);

static const mp_rom_map_elem_t stream_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&stream_connect_obj) },
    { MP_ROM_QSTR(MP_QSTR_secure), MP_ROM_PTR(&stream_secure_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&stream_poll_obj) },
    { MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&stream_error_obj) },
    { MP_ROM_QSTR(MP_QSTR_verify_flags), MP_ROM_PTR(&stream_verify_flags_obj) },
    { MP_ROM_QSTR(MP_QSTR_not_before), MP_ROM_PTR(&stream_not_before_obj) },
    { MP_ROM_QSTR(MP_QSTR_resumed), MP_ROM_PTR(&stream_resumed_obj) },
    { MP_ROM_QSTR(MP_QSTR_retry), MP_ROM_PTR(&stream_retry_obj) },
    { MP_ROM_QSTR(MP_QSTR_watch), MP_ROM_PTR(&stream_watch_obj) },
    { MP_ROM_QSTR(MP_QSTR_count_message), MP_ROM_PTR(&stream_count_message_obj) },
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read1_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
};
static MP_DEFINE_CONST_DICT(stream_locals_dict, stream_locals_dict_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_stream_type,
    MP_QSTR_Stream,
    MP_TYPE_FLAG_NONE,
    make_new, stream_make_new,
    protocol, &stream_protocol,
    locals_dict, &stream_locals_dict
    );
