import Foundation

/// Where this program is.
enum ProgramFolder {
    static var path: String {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/usr/bin/ferry"
        return URL(filePath: program).deletingLastPathComponent().path
    }
}
