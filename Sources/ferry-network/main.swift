import Glibc
import GuestNetwork

/// The network of one guest. Ferry starts it; its options are in `NetworkProcess.Settings`.
do {
    try NetworkProcess(NetworkProcess.Settings(arguments: Array(CommandLine.arguments.dropFirst()))).run()
} catch {
    let text = "ferry-network: \(error)\n"
    _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(1)
}
