import ArgumentParser

/// What the shell gave, before Swift makes text of it: bytes that are no UTF-8 would become other bytes, and name another file.
enum ArgumentText {
    static func check() throws {
        for position in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[position], String(validatingCString: argument) == nil else { continue }
            throw ValidationError(
                "argument \(position), \(String(cString: argument)), is not valid UTF-8: ferry takes names in UTF-8 alone, so rename the file"
            )
        }
    }
}
