#include <slirp/libslirp.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

// Variadic, so Swift cannot call it.
static inline int ferry_set_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }
static inline int ferry_set_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int ferry_set_system_call_filter(struct sock_fprog *program) { return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0); }

// Declared in <sys/socket.h> for GNU's extensions alone, which Swift's module of it does not ask for.
struct ferry_credentials { pid_t process; uid_t user; gid_t group; };
static inline int ferry_peer_credentials(int socket, struct ferry_credentials *credentials) {
    socklen_t length = sizeof *credentials;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, credentials, &length);
}
