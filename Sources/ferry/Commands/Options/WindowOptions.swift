import ArgumentParser

/// A number of blocks in flight that no machine chokes on.
struct WindowOptions: ParsableArguments {
    @Option(help: "Blocks in flight, 1 to 256.")
    var parallel = 16

    func validate() throws {
        guard (1...256).contains(parallel) else { throw ValidationError("--parallel takes a number from 1 to 256.") }
    }
}
