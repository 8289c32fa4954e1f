// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// The module _board, of the virtual board only. counts() returns the number of resources that a
// chip takes from ESP-IDF's heap or from a table of fixed size: a leak of them does not show in
// MicroPython's heap. callbacks() returns the number of callbacks of the user's code. radio_ms()
// sets the delay of the radio.

#include <string.h>

#include "py/runtime.h"

#include "board.h"
#include "esp_netif.h"
#include "lwip/priv/sockets_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/priv/tcpip_priv.h"
#include "lwip/udp.h"

static const char *const names[] = {
    [BOARD_COUNT_NVS_HANDLES] = "NVS handles",
    [BOARD_COUNT_TASKS] = "tasks",
    [BOARD_COUNT_TIMERS] = "timers",
    [BOARD_COUNT_HANDLERS] = "event handlers",
};

_Static_assert(MP_ARRAY_SIZE(names) == BOARD_COUNTS, "one name for each count");

static void put(mp_obj_t dict, const char *name, mp_int_t count) {
    mp_obj_dict_store(dict, mp_obj_new_str(name, strlen(name)), MP_OBJ_NEW_SMALL_INT(count));
}

// --- Counts of lwIP, read in its thread ---

typedef struct {
    struct tcpip_api_call_data call; // first: lwIP passes a pointer to it
    int interfaces, tcp, udp;
} network_t;

static int length_of(const struct tcp_pcb *pcb) {
    int n = 0;
    for (; pcb != NULL; pcb = pcb->next) {
        ++n;
    }
    return n;
}

static err_t count_pcbs(struct tcpip_api_call_data *data) {
    network_t *network = (network_t *)data;
    struct netif *netif;
    NETIF_FOREACH(netif) {
        ++network->interfaces;
    }
    // Without those in TIME-WAIT: they end by themselves, and lwIP reuses their memory if it needs
    // it.
    network->tcp = length_of(tcp_active_pcbs) + length_of(tcp_bound_pcbs)
        + length_of(tcp_listen_pcbs.pcbs);
    for (const struct udp_pcb *pcb = udp_pcbs; pcb != NULL; pcb = pcb->next) {
        ++network->udp;
    }
    return ERR_OK;
}

static int open_sockets(void) {
    int n = 0;
    for (int i = 0; i < NUM_SOCKETS; ++i) {
        const struct lwip_sock *sock = lwip_socket_dbg_get_socket(LWIP_SOCKET_OFFSET + i);
        n += sock != NULL && sock->conn != NULL;
    }
    return n;
}

// counts() -> dict of str to int. Starts lwIP if it does not run yet.
static mp_obj_t board_counts(void) {
    mp_obj_t dict = mp_obj_new_dict(BOARD_COUNTS + 4);
    for (int i = 0; i < BOARD_COUNTS; ++i) {
        put(dict, names[i], board_counted(i));
    }
    esp_netif_init();
    network_t network = { 0 };
    tcpip_api_call(count_pcbs, &network.call);
    put(dict, "interfaces", network.interfaces);
    put(dict, "TCP connections", network.tcp);
    put(dict, "UDP endpoints", network.udp);
    put(dict, "sockets", open_sockets());
    return dict;
}
static MP_DEFINE_CONST_FUN_OBJ_0(board_counts_obj, board_counts);

// callbacks() -> (int, int): the number of running timers (machine.Timer) and of pins with an
// interrupt handler (Pin.irq).
static mp_obj_t board_callbacks(void) {
    int pins = 0;
    for (size_t i = 0; i < MP_ARRAY_SIZE(MP_STATE_PORT(machine_pin_irq_handler)); ++i) {
        const mp_obj_t handler = MP_STATE_PORT(machine_pin_irq_handler)[i];
        pins += handler != MP_OBJ_NULL && handler != mp_const_none;
    }
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(board_timers_running()), MP_OBJ_NEW_SMALL_INT(pins),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_0(board_callbacks_obj, board_callbacks);

// radio_ms(ms): sets the delay between a frame that lwIP gives to the radio and its transmission.
static mp_obj_t board_radio_ms(mp_obj_t ms_in) {
    board_radio_set_ms((uint32_t)mp_obj_get_int(ms_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_radio_ms_obj, board_radio_ms);

static const mp_rom_map_elem_t board_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__board) },
    { MP_ROM_QSTR(MP_QSTR_counts), MP_ROM_PTR(&board_counts_obj) },
    { MP_ROM_QSTR(MP_QSTR_callbacks), MP_ROM_PTR(&board_callbacks_obj) },
    { MP_ROM_QSTR(MP_QSTR_radio_ms), MP_ROM_PTR(&board_radio_ms_obj) },
};
static MP_DEFINE_CONST_DICT(board_globals, board_globals_table);

const mp_obj_module_t board_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&board_globals,
};

MP_REGISTER_MODULE(MP_QSTR__board, board_module);
