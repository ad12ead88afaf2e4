import CSlirp
import Glibc

/// What the helper gives up once it is set up: it opens no file, starts nothing and becomes nobody else, whatever a guest makes of it.
enum SystemCalls {
    /// All that serving sockets and memory takes. Anything else fails with EPERM.
    private static var allowed: [Int32] {
        let everywhere = [
            SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_close, SYS_lseek, SYS_fstat, SYS_ioctl, SYS_fcntl,
            SYS_ppoll,
            SYS_socket, SYS_bind, SYS_listen, SYS_accept, SYS_accept4, SYS_connect, SYS_shutdown, SYS_getsockname, SYS_getpeername,
            SYS_getsockopt,
            SYS_setsockopt, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect,
            SYS_madvise,
            SYS_futex, SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_getpid, SYS_gettid, SYS_tgkill, SYS_rt_sigreturn,
            SYS_rt_sigaction,
            SYS_rt_sigprocmask, SYS_restart_syscall, SYS_exit, SYS_exit_group,
        ]
        #if arch(x86_64)
        return everywhere + [SYS_poll, SYS_time]
        #else
        return everywhere
        #endif
    }

    private static var architecture: UInt32 {
        #if arch(x86_64)
        0xC000_003E  // AUDIT_ARCH_X86_64
        #else
        0xC000_00B7  // AUDIT_ARCH_AARCH64
        #endif
    }

    /// For good, and without any privilege.
    static func confine() throws(HelperFailure) {
        var program = program
        let done = program.withUnsafeMutableBufferPointer { instructions in
            var whole = sock_fprog(len: UInt16(instructions.count), filter: instructions.baseAddress)
            return ferry_set_no_new_privileges() == 0 && ferry_set_not_dumpable() == 0 && ferry_set_system_call_filter(&whole) == 0
        }
        guard done else { throw HelperFailure("The system calls cannot be restricted: \(String(cString: strerror(errno))).") }
    }

    /// A program for the kernel's filter: the architecture, then each call that is allowed.
    private static var program: [sock_filter] {
        let load = UInt16(BPF_LD | BPF_W | BPF_ABS)
        let jump = UInt16(BPF_JMP | BPF_JEQ | BPF_K)
        let end = UInt16(BPF_RET | BPF_K)
        let refuse = sock_filter(code: end, jt: 0, jf: 0, k: 0x0005_0000 | UInt32(EPERM))  // SECCOMP_RET_ERRNO
        var program = [
            sock_filter(code: load, jt: 0, jf: 0, k: 4),
            sock_filter(code: jump, jt: 1, jf: 0, k: architecture),
            sock_filter(code: end, jt: 0, jf: 0, k: 0x8000_0000),  // SECCOMP_RET_KILL_PROCESS
            sock_filter(code: load, jt: 0, jf: 0, k: 0),
        ]
        let calls = allowed
        for (place, call) in calls.enumerated() {
            program.append(sock_filter(code: jump, jt: UInt8(calls.count - place), jf: 0, k: UInt32(call)))
        }
        return program + [refuse, sock_filter(code: end, jt: 0, jf: 0, k: 0x7FFF_0000)]  // SECCOMP_RET_ALLOW
    }
}
