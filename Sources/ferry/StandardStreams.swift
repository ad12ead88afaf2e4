import Glibc

/// Standard input, output and error, which whoever starts a process may leave closed.
enum StandardStreams {
    /// Called before anything is opened: it would get the number of what is missing, and output would go into a file that is worked with.
    static func secure() {
        // What is missing reads as empty, and cannot be written to.
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
        // A file that may not grow is an error of the write, and no end of the process.
        signal(SIGXFSZ, SIG_IGN)
    }
}
