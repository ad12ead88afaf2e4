import Foundation

/// The folder of a Ferry server, as far as its clients on the same machine look into it.
package struct ServerFolder: Hashable, Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// `$XDG_DATA_HOME/ferry`, else `~/.local/share/ferry`.
    package static func standard(_ environment: [String: String]) -> ServerFolder {
        // The XDG specification says that a relative path there is to be ignored.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return ServerFolder(path: "\(data)/ferry") }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()
        return ServerFolder(path: "\(home)/.local/share/ferry")
    }

    /// The base URL of the server that runs over this folder; absent while none does.
    package func endpoint() -> EndpointURL? {
        (try? String(contentsOfFile: "\(path)/endpoint", encoding: .utf8)).flatMap(EndpointURL.init)
    }

    /// Why it is no server's folder that can be looked into, and what to do; nil when it is one.
    package var problem: String? {
        if access(credentialsPath, F_OK) == 0 || access("\(path)/endpoint", F_OK) == 0 { return nil }
        if errno == EACCES {
            return "\(path) cannot be read: it belongs to the user who runs the server, so use sudo"
        }
        return """
            \(path) is not the folder of a Ferry server: it has no credentials. Start `ferry serve`, or name the folder of the server with \
            --data (/var/lib/ferry for the installed service)
            """
    }

    /// The file with the root account's access key.
    package var credentialsPath: String { "\(path)/credentials" }
}
