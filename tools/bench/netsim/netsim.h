// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// Shared by the files of netsim: the simulated world as data, and what each file offers.
//
//   control.c   lines on stdin change the world, answers and events go to stdout
//   wire.c      boards come and go, messages in, messages out
//   station.c   Wi-Fi: join, leave, scan, access points that vanish
//   segment.c   Ethernet and cellular: chip, cable, link
//   cable.c     frames in flight, and every fault a cable can have
//   nat.c       one libslirp per client and network; what may pass
//   dhcp.c      leases that are late, refused, for somebody else, or no DHCP at all
//   beyond.c    addresses behind the gateway
//   counters.c  packets that boards have sent, frames that were carried
//   redirect.c  DNS and SNTP datagrams to the bench's own servers
//   packet.c    fields, checksums and headers of frames (packet.h)
//   main.c      options and the poll loop
//
// One thread. Nothing here waits except poll() in main.c.

#ifndef NETSIM_H
#define NETSIM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

enum {
    SSID_MAX = 32,             // IEEE 802.11-2020, 9.4.2.2
    KEY_MAX = 64,              // WPA2 pass phrase of 8 to 63 characters, or 64 hex digits
    NAME_MAX_LEN = 31,
    NETWORK_MAX = 100,         // Ethernet, cellular, and access points from 10.0.2.0/24 on
    CELLULAR_NUMBER = 200,     // 10.0.200.0/24; further than access points can get
    CLIENT_MAX = 256,
    FRAME_MIN = 14,            // Ethernet header alone
    FRAME_MAX = 1514,          // MTU 1500, no VLAN tag, no FCS
    MESSAGE_MAX = 2048,
    FLOW_MAX = 32,             // redirected datagram flows of one client
};

// Addresses of no real network (RFC 5737). Of 198.51.100.0/24, those that beyond_is_here() knows are
// this machine, and the second refuses every connection.
#define BEYOND_NETWORK (0xc6336400u)
#define BEYOND_ADDRESS (BEYOND_NETWORK + 1)   // where UDP is answered, too
#define REFUSED_ADDRESS (BEYOND_NETWORK + 2)

// wifi_err_reason_t of ESP-IDF (esp_wifi_types_generic.h).
enum {
    REASON_AUTH_EXPIRE = 2,
    REASON_ASSOC_LEAVE = 8,
    REASON_4WAY_HANDSHAKE_TIMEOUT = 15,
    REASON_BEACON_TIMEOUT = 200,
    REASON_NO_AP_FOUND = 201,
    REASON_AUTH_FAIL = 202,
    REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210,
    REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211,
};

enum { AUTH_OPEN = 0, AUTH_WPA2_PSK = 3 };   // wifi_auth_mode_t

typedef enum { DIRECTION_UP, DIRECTION_DOWN } direction_t;   // up: from the board
typedef enum { KIND_NEW, KIND_WIFI, KIND_ETHERNET, KIND_CELL, KIND_GPIO } client_kind_t;

// What becomes of DHCP: the requests swallowed, or the replies spoilt. At first it works.
typedef enum {
    DHCP_ON, DHCP_OFF, DHCP_NAK, DHCP_WRONG, DHCP_GARBAGE, DHCP_HALF,
    DHCP_TWO_DNS, DHCP_COUNT,
} dhcp_t;

// Kinds of packets that are counted, UDP only where it is none of the others.
typedef enum { SENT_TCP, SENT_DNS, SENT_SNTP, SENT_UDP, SENT_DHCP, SENT_COUNT } sent_t;

// A network and its cable. A fault hits all clients of the network alike.
typedef struct {
    char name[NAME_MAX_LEN + 1];
    uint8_t number;            // n of 10.0.n.0/24
    bool is_wifi;
    dhcp_t dhcp;
    uint32_t dhcp_ms;          // so late are replies
    bool portal;               // connections beyond the gateway go to 127.0.0.2
    // Cable.
    uint32_t delay_ms;         // each way
    double drop;               // probability for one frame
    uint64_t random;           // state of the generator behind drop
    bool silent[2];            // by direction: swallows every frame while the link stays up
    bool cut;                  // link down
    bool cut_pending;          // cut_after was reached; the main loop cuts
    int64_t cut_after;         // bytes still to carry, -1: no limit
    uint64_t frames[2];        // carried, by direction
    uint64_t sent[SENT_COUNT]; // packets that boards have sent, before any fault
    uint64_t lost;             // dropped, silenced or refused by a full queue
    // Access point.
    uint8_t ssid[SSID_MAX];
    uint8_t ssid_len;
    char key[KEY_MAX + 1];     // empty: open network
    uint8_t bssid[6];
    uint8_t channel;
    int8_t rssi_dbm;
    bool power;
    bool hidden;               // its beacons hold no SSID
    bool mute;                 // stations hear it, and it answers no join
    uint8_t refuse;            // wifi_err_reason_t that every join gets, 0: accept
    uint32_t association_ms;
    uint32_t wrong_key_ms;     // until a wrong key shows
    uint32_t beacon_ms;        // silence before the station notices that the AP has gone
    // Ethernet.
    bool chip;
    bool locked;               // SPI reads noise until RSTn resets the chip
    uint32_t link_ms;          // auto-negotiation
} network_t;

typedef struct message message_t;
typedef struct flight flight_t;
typedef struct nat nat_t;

typedef struct {
    flight_t *head, *tail;
    size_t count;
} flights_t;

typedef struct {
    int fd;                    // of one datagram flow, -1: free
    int poll_index;
    int64_t used_ms;
    uint8_t header[UDP_PAYLOAD];   // of the board's last datagram
} flow_t;

typedef enum {
    TODO_NONE, TODO_ASSOCIATE, TODO_FAIL, TODO_LINK_UP, TODO_BEACON_LOST,
} todo_t;

// A connected interface of a board.
typedef struct {
    int fd;                    // -1: free slot
    int poll_index;
    unsigned id;               // names it in events, never used twice
    client_kind_t kind;
    bool broken;               // to be closed by the main loop
    uint8_t mac[6];
    network_t *network;        // with link, else NULL
    network_t *target;         // that it joins, or has joined; NULL: there is none that fits
    nat_t *nat;
    todo_t todo;
    int64_t todo_ms;           // when
    const uint32_t *todo_takes_ms;   // the setting that `todo_ms` comes from
    uint8_t todo_reason;
    int64_t scan_ms;           // when the scan ends, INT64_MAX: none under way
    uint8_t scan_ssid[SSID_MAX];
    uint8_t scan_ssid_len;     // 0: all of them
    unsigned wrong_keys;       // in a row
    bool started;              // Ethernet: esp_eth_start was called; cellular: always
    message_t *out_head, *out_tail;
    size_t out_count;
    flights_t flights;         // in order: no frame overtakes another
    flights_t late;            // replies of a DHCP server that is late, which all others overtake
    uint64_t frames[2];        // carried since it appeared, by direction
    uint64_t bytes[2];         // of these frames
    uint64_t sent[SENT_COUNT]; // packets, before any fault
    flow_t flows[FLOW_MAX];
} client_t;

typedef struct {
    network_t networks[NETWORK_MAX];
    size_t network_count;
    client_t clients[CLIENT_MAX];
    uint32_t dns_port;         // on 127.0.0.1, 0: nobody answers
    uint32_t sntp_port;
    uint32_t scan_ms;
    uint32_t no_ap_ms;
    int listen_fd;
    bool quit;
} world_t;

extern world_t world;

// main.c
int64_t clock_ms(void);
int64_t clock_ns(void);
int64_t due_in(uint32_t ms);                   // the value of clock_ms() in `ms` from now
int poll_add(int fd, short events);           // index, or -1 when memory is out
short poll_result(int index);                 // revents; 0 for index -1
void run_soon(void);                          // makes the next poll() return at once

// control.c
bool control_read(void);                      // false: stdin is closed
void control_event(const char *format, ...) __attribute__((format(printf, 1, 2)));

// wire.c
void wire_accept(void);
void wire_read(client_t *client);
void wire_send(client_t *client, char type, const void *payload, size_t length);
void wire_frame(client_t *client, const uint8_t *frame, size_t length);
void wire_flush(client_t *client);
void wire_close(client_t *client);
void wire_mac(const client_t *client, char text[13]);   // as 12 hex digits
unsigned wire_pin(const char *mac, unsigned pin, bool level);   // how many boards were told

// station.c
void station_join(client_t *client, bool by_bssid, const uint8_t *payload, size_t length);
void station_leave(client_t *client);
void station_scan(client_t *client, const uint8_t *ssid, size_t length);
void station_due(client_t *client);           // the time of client->todo has come
void station_scan_due(client_t *client);
void station_ap_changed(network_t *network);  // power or cut
void station_signal_changed(network_t *network);
void station_kick(network_t *network, uint8_t reason);

// segment.c
network_t *segment(void);                     // the Ethernet segment
network_t *cellular(void);                    // the operator's network behind all modems
void segment_query(client_t *client);
void segment_reset(client_t *client);
void segment_lock(bool on);
void segment_start(client_t *client, bool on);
void segment_due(client_t *client);
void segment_changed(void);                   // chip or cut, of either network

// cable.c
void cable_init(network_t *network, uint64_t seed);
const char *cable_set_silence(network_t *network, const char *value);
void cable_offer(client_t *client, direction_t direction, const uint8_t *frame, size_t length);
void cable_run(client_t *client);             // delivers what is due
int64_t cable_next_ms(const client_t *client);
void cable_clear(client_t *client);
bool cable_up(const network_t *network);
void cable_changed(network_t *network);       // tells the clients: power, chip or cut
void cable_times_changed(void);

// nat.c
bool nat_open(client_t *client, network_t *network);
void nat_close(client_t *client);
// Passes TCP connections to 127.0.0.1:from on to the client's port `to`, until its link is lost.
bool nat_forward(unsigned id, uint16_t from, uint16_t to);
void nat_input(client_t *client, const uint8_t *frame, size_t length);
void nat_fill(client_t *client, uint32_t *timeout_ms);
void nat_poll(client_t *client, bool failed);

// dhcp.c
const char *dhcp_set(network_t *network, const char *value);
uint32_t dhcp_late_ms(const network_t *network, const uint8_t *frame, size_t length);
size_t dhcp_spoil(const network_t *network, const uint8_t *frame, size_t length, uint8_t *spoilt);

// beyond.c
bool beyond_is_here(uint32_t address);
bool beyond_up(const network_t *network, const uint8_t *frame, size_t length, uint8_t *changed);
bool beyond_down(const uint8_t *frame, size_t length, uint8_t *changed);
void beyond_refuse(client_t *client, const uint8_t *frame, size_t length);

// counters.c
// What a board sends, before any fault. ARP and the like are not counted.
void counters_sent(client_t *client, const uint8_t *frame, size_t length);
void counters_carried(client_t *client, direction_t direction, size_t length);
void counters_show(const network_t *only);    // answers `show`; NULL: all networks
void counters_traffic(void);                  // answers `traffic`

// redirect.c
void redirect_send(client_t *client, const uint8_t *frame, size_t length, uint32_t port);
void redirect_fill(client_t *client);
void redirect_poll(client_t *client);
void redirect_close(client_t *client);

#endif
