// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// lwIP as a PPP server and nothing else: packets from the peer are taken out by the hook below
// before lwIP's own IP layer sees them.

#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS                  1
#define SYS_LIGHTWEIGHT_PROT    0
#define MEM_ALIGNMENT           8
#define MEMP_MEM_MALLOC         1
// lwIP prints the name in a CHAP response (chap-new.c) with strlen(), which reads to the next NUL:
// every buffer is one byte longer and ends with one.
#define MEM_CUSTOM_ALLOCATOR    1
#define MEM_CUSTOM_MALLOC(size) calloc(1, (size) + 1)
#define MEM_CUSTOM_CALLOC       calloc
#define MEM_CUSTOM_FREE         free

#define LWIP_IPV4               1
#define LWIP_IPV6               0
#define LWIP_ARP                0
#define LWIP_ETHERNET           0
#define LWIP_UDP                1       // for DNS, without which IPCP gives no name server
#define LWIP_TCP                0
#define LWIP_RAW                0
#define LWIP_DNS                1
#define LWIP_NETCONN            0
#define LWIP_SOCKET             0
#define LWIP_STATS              0

#define PPP_SUPPORT             1
#define PPPOS_SUPPORT           1
#define PPP_SERVER              1
#define PAP_SUPPORT             1
#define CHAP_SUPPORT            1
#define VJ_SUPPORT              0       // a SIM7600 and VJ compression do not go together
#define PPP_OUR_NAME            "modem"
#define PPP_MAXIDLEFLAG         0
#define FSM_DEFTIMEOUT          2       // s

#define LWIP_HOOK_FILENAME      "hooks.h"
#define LWIP_HOOK_IP4_INPUT     server_take_packet

#endif
