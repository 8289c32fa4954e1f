// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// lwIP, its DNS server, and what the port needs of ESP-IDF and of port/platform.h.

#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/dns.h"
#include "lwip/sockets.h"
#include "lwip/tcpip.h"
#include "lwip/udp.h"

#include "connectwith/port/platform.h"
#include "peers.h"

static atomic_uint wakes, tasks;
static atomic_int dns_mode = DNS_ANSWER;
static atomic_uint dns_delay_ms, dns_queries;
static pthread_mutex_t irq = PTHREAD_MUTEX_INITIALIZER;

atomic_bool world_no_tasks;

void world_wake(void) {
    atomic_fetch_add(&wakes, 1);
}

unsigned world_wakes(void) {
    return atomic_load(&wakes);
}

uint64_t world_now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void world_sleep_ms(unsigned ms) {
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

// --- ESP-IDF ---

void board_irq_lock(void) {
    pthread_mutex_lock(&irq);
}

void board_irq_unlock(void) {
    pthread_mutex_unlock(&irq);
}

uint32_t esp_random(void) {
    uint32_t value;
    return getrandom(&value, sizeof(value), 0) == sizeof(value) ? value : 4;
}

typedef struct {
    TaskFunction_t function;
    void *arg;
} task_t;

static void *task_main(void *copy) {
    const task_t task = *(task_t *)copy;
    free(copy);
    task.function(task.arg);
    abort();  // a task must not return
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t function, const char *name, uint32_t stack,
    void *arg, UBaseType_t priority, TaskHandle_t *out, BaseType_t core) {
    (void)core;
    (void)name;
    (void)stack;
    (void)priority;
    (void)out;
    if (atomic_load(&world_no_tasks)) {
        return pdFAIL;
    }
    task_t *task = malloc(sizeof(*task));
    *task = (task_t) {function, arg};
    pthread_t thread;
    atomic_fetch_add(&tasks, 1);
    if (pthread_create(&thread, NULL, task_main, task) != 0) {
        abort();
    }
    pthread_detach(thread);
    return pdPASS;
}

void vTaskDelete(TaskHandle_t task) {
    (void)task;
    atomic_fetch_sub(&tasks, 1);
    pthread_exit(NULL);
}

unsigned world_tasks(void) {
    return atomic_load(&tasks);
}

// --- port/platform.h ---

void platform_random_bytes(void *buf, size_t len) {
    if (getrandom(buf, len, 0) != (ssize_t)len) {
        abort();
    }
}

bool platform_start_tcpip(void) {
    return true; // main() has
}

bool platform_run_in_tcpip(platform_tcpip_fn_t fn, void *arg) {
    return tcpip_try_callback(fn, arg) == ERR_OK;
}

// --- DNS ---

void world_dns(dns_mode_t mode, unsigned delay_ms) {
    atomic_store(&dns_mode, mode);
    atomic_store(&dns_delay_ms, delay_ms);
}

static void set_server(void *arg) {
    ip_addr_t server = IPADDR4_INIT_BYTES(127, 0, 0, 1);
    dns_setserver(0, arg == NULL ? NULL : &server);
    dns_setserver(1, NULL);
}

static void set_dead(void *arg) {
    (void)arg;
    // Routed to the loopback interface, which takes what is for 127.0.0.1.
    ip_addr_t dead = IPADDR4_INIT_BYTES(127, 0, 0, 2);
    dns_setserver(0, &dead);
}

void world_dns_unset(void) {
    tcpip_callback(set_server, NULL);
    world_sleep_ms(20);
}

void world_dns_set(void) {
    tcpip_callback(set_server, &dns_mode);
    world_sleep_ms(20);
}

void world_dns_dead(void) {
    tcpip_callback(set_dead, NULL);
    world_sleep_ms(20);
}

unsigned world_dns_queries(void) {
    return atomic_load(&dns_queries);
}

static void count_udp(void *count) {
    unsigned sockets = 0;
    for (const struct udp_pcb *pcb = udp_pcbs; pcb != NULL; pcb = pcb->next) {
        ++sockets;
    }
    atomic_store((atomic_uint *)count, sockets);
}

unsigned world_udp_sockets(void) {
    static atomic_uint count;
    tcpip_callback(count_udp, &count);
    world_sleep_ms(20);
    return atomic_load(&count);
}

// Turns the query in place into its answer; the question is left as it is.
static size_t dns_reply(uint8_t *packet, size_t len, dns_mode_t mode) {
    static const uint8_t answer[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 2, 3};
    static const uint8_t rcodes[] = {[DNS_NXDOMAIN] = 3, [DNS_SERVFAIL] = 2, [DNS_SILENT] = 0};
    const int records = mode == DNS_TWO ? 2 : mode == DNS_ANSWER || mode == DNS_OTHER_ID;
    packet[0] ^= mode == DNS_OTHER_ID;
    packet[2] = 0x81;
    packet[3] = 0x80 | rcodes[mode];
    packet[7] = (uint8_t)records;
    for (int i = 0; i < records; ++i) {
        memcpy(packet + len, answer, sizeof(answer));
        len += sizeof(answer);
        packet[len - 1] += (uint8_t)i;
    }
    return len;
}

static void *dns_main(void *arg) {
    const int fd = lwip_socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = lwip_htons(53)};
    here.sin_addr.s_addr = lwip_htonl(INADDR_LOOPBACK);
    if (lwip_bind(fd, (struct sockaddr *)&here, sizeof(here)) != 0) {
        abort();
    }
    for (;;) {
        uint8_t packet[512 + 2 * 16];
        struct sockaddr_in peer;
        socklen_t peer_len = sizeof(peer);
        const ssize_t len = lwip_recvfrom(fd, packet, 512, 0, (struct sockaddr *)&peer, &peer_len);
        const dns_mode_t mode = (dns_mode_t)atomic_load(&dns_mode);
        atomic_fetch_add(&dns_queries, 1);
        if (len < 12 || mode == DNS_SILENT) {
            continue;
        }
        world_sleep_ms(atomic_load(&dns_delay_ms));
        (void)lwip_sendto(fd, packet, dns_reply(packet, (size_t)len, mode), 0,
            (struct sockaddr *)&peer, peer_len);
    }
    return arg;
}

// --- Start ---

static unsigned sockets_at_start;

static unsigned count_sockets(void) {
    unsigned count = 0;
    for (int fd = LWIP_SOCKET_OFFSET; fd < LWIP_SOCKET_OFFSET + MEMP_NUM_NETCONN; ++fd) {
        count += lwip_fcntl(fd, F_GETFL, 0) >= 0;
    }
    return count;
}

unsigned world_open_sockets(void) {
    return count_sockets() - sockets_at_start;
}

static void on_started(void *started) {
    atomic_store((atomic_bool *)started, true);
}

void world_start(void) {
    static atomic_bool started;
    pthread_t thread;
    tcpip_init(on_started, &started);
    while (!atomic_load(&started)) {
        world_sleep_ms(1);
    }
    peers_start();
    if (pthread_create(&thread, NULL, dns_main, NULL) != 0) {
        abort();
    }
    world_dns_set();
    sockets_at_start = count_sockets();
}

// --- The clock of mbedTLS, which the linker sends here (--wrap) ---

#define SECONDS_1970_TO_2000 (946684800)

static atomic_uint clock_s;

void world_clock(uint32_t now_s) {
    atomic_store(&clock_s, now_s);
}

time_t __real_time(time_t *now);
time_t __wrap_time(time_t *now);

time_t __wrap_time(time_t *now) {
    const time_t set = atomic_load(&clock_s);
    const time_t is = set == 0 ? __real_time(NULL) : set + SECONDS_1970_TO_2000;
    if (now != NULL) {
        *now = is;
    }
    return is;
}

uint32_t world_clock_s(void) {
    return (uint32_t)(time(NULL) - SECONDS_1970_TO_2000);
}
