// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// lwIP as the virtual board configures it. Where nothing else is said the values are those that
// ESP-IDF 5.4 gives an ESP32 that runs MicroPython, so that limits are met here first.

#pragma once

// Threads: lwIP in its own thread, everyone else through the sequential API. ESP-IDF leaves core
// locking off, so callers of the raw API must go through tcpip_callback() there, and here.
#define NO_SYS                          0
#define SYS_LIGHTWEIGHT_PROT            1
#define LWIP_TCPIP_CORE_LOCKING         0
#define LWIP_NETCONN_SEM_PER_THREAD     1
#define LWIP_NETCONN_FULLDUPLEX         1
#define TCPIP_THREAD_NAME               "tiT"
#define TCPIP_THREAD_STACKSIZE          (256 * 1024)
#define DEFAULT_THREAD_STACKSIZE        (256 * 1024)
#define TCPIP_MBOX_SIZE                 32
#define DEFAULT_TCP_RECVMBOX_SIZE       6
#define DEFAULT_UDP_RECVMBOX_SIZE       6
#define DEFAULT_RAW_RECVMBOX_SIZE       6
#define DEFAULT_ACCEPTMBOX_SIZE         6

// Memory: everything from the C library's heap, so that the sanitizers see each object. lwIP reads
// the name in a CHAP challenge by way of strlen() (chap-new.c), so a NUL stands behind each.
#define MEM_CUSTOM_ALLOCATOR            1
#define MEM_CUSTOM_MALLOC(size)         calloc(1, (size) + 1)
#define MEM_CUSTOM_CALLOC               calloc
#define MEM_CUSTOM_FREE                 free
#define MEMP_MEM_MALLOC                 1
#define MEM_ALIGNMENT                   8
#define MEMP_NUM_NETCONN                10
#define MEMP_NUM_TCP_PCB                16
#define MEMP_NUM_TCP_PCB_LISTEN         16
#define MEMP_NUM_UDP_PCB                16

// API. MicroPython's modsocket.c uses the lwip_ names, and three POSIX ones that
// lwip/sockets.h of this folder maps; the C library's own must stay reachable for everybody else.
#define LWIP_SOCKET                     1
#define LWIP_NETCONN                    1
#define LWIP_NETIF_API                  1
#define LWIP_COMPAT_SOCKETS             0
#define LWIP_POSIX_SOCKETS_IO_NAMES     0
#define LWIP_TIMEVAL_PRIVATE            0
#define LWIP_SO_SNDTIMEO                1
#define LWIP_SO_RCVTIMEO                1
#define LWIP_SO_RCVBUF                  1
#define LWIP_SO_LINGER                  1
#define LWIP_TCP_KEEPALIVE              1
#define SO_REUSE                        1
#define SO_REUSE_RXTOALL                1
#define LWIP_RAW                        1

// Interfaces
#define LWIP_NETIF_HOSTNAME             1
#define LWIP_NETIF_STATUS_CALLBACK      1
#define LWIP_NETIF_LOOPBACK             1
#define LWIP_HAVE_LOOPIF                1
#define LWIP_LOOPBACK_MAX_PBUFS         8

// IPv4. The address conflict check costs two seconds a lease and guards against neighbours that
// the emulated segments do not have.
#define LWIP_IPV4                       1
#define LWIP_DHCP                       1
#define LWIP_DHCP_DOES_ACD_CHECK        0
#define LWIP_DHCP_MAX_DNS_SERVERS       2
#define LWIP_DHCP_GET_NTP_SRV           0
#define LWIP_IGMP                       1
#define LWIP_ICMP                       1
#define IP_REASSEMBLY                   0
#define LWIP_HOOK_FILENAME              "hooks.h"
// Here and not in hooks.h, because lwip/ip4.h asks for it before that file is included.
#define LWIP_HOOK_IP4_ROUTE_SRC         ip4_route_src_hook

// IPv6: MicroPython's ESP32 sources expect dual addresses (u_addr). No interface gets one unless
// asked to. On 64-bit hosts a pointer does not fit where reassembly would keep it.
#define LWIP_IPV6                       1
#define LWIP_IPV6_AUTOCONFIG            0
#define LWIP_IPV6_SEND_ROUTER_SOLICIT   0
#define IPV6_FRAG_COPYHEADER            1

// DNS. ESP-IDF's lwIP can flush its cache, the public one cannot; with no time to live nothing is
// kept, so that a name is always resolved over the interface that is up now.
#define LWIP_DNS                        1
#define DNS_MAX_SERVERS                 3
#define DNS_TABLE_SIZE                  4
#define DNS_MAX_NAME_LENGTH             256
#define DNS_MAX_TTL                     0

// TCP
#define TCP_MSS                         1440
#define TCP_WND                         5760
#define TCP_SND_BUF                     5760
#define TCP_SND_QUEUELEN                ((4 * TCP_SND_BUF + TCP_MSS - 1) / TCP_MSS)
#define TCP_SNDLOWAT                    (TCP_SND_BUF / 2)
#define TCP_QUEUE_OOSEQ                 1
#define TCP_LISTEN_BACKLOG              1
#define TCP_MAXRTX                      12
#define TCP_SYNMAXRTX                   12

// PPP over serial. LCP echo finds a dead cellular link, which network.PPP by itself never does.
#define PPP_SUPPORT                     1
#define PPPOS_SUPPORT                   1
#define PPP_IPV6_SUPPORT                0
#define PPP_NOTIFY_PHASE                1
#define PPP_INPROC_IRQ_SAFE             0
#define PAP_SUPPORT                     1
#define CHAP_SUPPORT                    1
#define VJ_SUPPORT                      0
#define PPP_MAXIDLEFLAG                 0
#define LCP_ECHOINTERVAL                10
#define LCP_MAXECHOFAILS                3

#define LWIP_STATS                      0
