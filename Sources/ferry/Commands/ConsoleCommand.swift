import ArgumentParser
import Client
import Foundation
import Glibc

/// `ferry console`: the console in a browser, signed in as who holds the credentials.
struct ConsoleCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Open the console in a browser, signed in.",
        discussion: "The link signs in whoever opens it first, within two minutes. Where no browser can be opened, open the link by hand."
    )

    @OptionGroup var server: ServerOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print the link, and open no browser.")
    var noBrowser = false

    func execute() async throws {
        let link = try await Session.run(server) { session in
            guard !session.connection.endpoints.isAWS else {
                throw ValidationError("AWS has a console of its own. Name a Ferry server with --endpoint-url.")
            }
            let link = try await doing("asking for a link to the console") {
                try await session.client.createConsoleLink(region: session.region)
            }
            return "\(session.connection.endpoints.url(of: .ferry, in: session.region))\(link.path)"
        }
        if output.json { return try Terminal.say(json: ["link": link]) }
        Terminal.say(link)
        if !noBrowser { try await open(link) }
    }

    /// By the desktop's own opener, where there is one. It is given a page of one's own that leads to the link: what a program is started with,
    /// everybody on the machine can read.
    private func open(_ link: String) async throws {
        let environment = ProcessInfo.processInfo.environment
        guard environment["DISPLAY"] ?? environment["WAYLAND_DISPLAY"] != nil else { return }
        let page = FileManager.default.temporaryDirectory.appending(path: "ferry-console-\(UUID().uuidString).html")
        let text = "<!doctype html><meta http-equiv=\"refresh\" content=\"0; url=\(link)\"><a href=\"\(link)\">Sign in</a>\n"
        guard try write(text, to: page.path) else { return }
        defer { try? FileManager.default.removeItem(at: page) }
        let opener = Process()
        opener.executableURL = URL(fileURLWithPath: "/usr/bin/xdg-open")
        opener.arguments = [page.path]
        opener.standardOutput = FileHandle.nullDevice
        opener.standardError = FileHandle.nullDevice
        guard (try? opener.run()) != nil else { return }
        // The browser reads the page after the opener has gone.
        try await Task.sleep(for: .seconds(5))
    }

    /// For oneself alone from the first moment on.
    private func write(_ text: String, to path: String) throws -> Bool {
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        try handle.write(contentsOf: Data(text.utf8))
        return true
    }
}
