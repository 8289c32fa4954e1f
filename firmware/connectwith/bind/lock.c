// SPDX-FileCopyrightText: 2026 The connectwith authors
// SPDX-License-Identifier: MIT

// SchedulerLock: `with SchedulerLock():` locks the scheduler for its block: no scheduled function
// runs in it. It protects state that the user's code and scheduled code both change.
//
// Entering and leaving do not allocate. Between __enter__ and the block, and between the block and
// __exit__, the VM runs no other code and raises no Ctrl-C. So the lock is released whatever the
// block raises. Locks nest. A scheduled function may take one, too.

#include "py/runtime.h"

#include "connectwith/bind/bind.h"

static const mp_obj_base_t only_lock = { &connectwith_lock_type };

static mp_obj_t lock_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
    const mp_obj_t *args) {
    (void)type;
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&only_lock);
}

static mp_obj_t lock_enter(mp_obj_t self) {
    mp_sched_lock();
    return self;
}
static MP_DEFINE_CONST_FUN_OBJ_1(lock_enter_obj, lock_enter);

static mp_obj_t lock_exit(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    (void)args;
    mp_sched_unlock();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lock_exit_obj, 4, 4, lock_exit);

static const mp_rom_map_elem_t lock_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&lock_enter_obj) },
    { MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&lock_exit_obj) },
};
static MP_DEFINE_CONST_DICT(lock_locals, lock_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    connectwith_lock_type,
    MP_QSTR_SchedulerLock,
    MP_TYPE_FLAG_NONE,
    make_new, lock_make_new,
    locals_dict, &lock_locals
    );
