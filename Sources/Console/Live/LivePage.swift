import API
import Domain
import Foundation
import HTTPTypes
import NIOCore
import ServiceLifecycle
import Services

/// Keeps a page that is open up to date: its parts are made again as long as the browser listens, and sent when they are others than before.
struct LivePage: ReplyParts {
    /// While something is under way: a copy's bytes are on the page within half a second of their row.
    private static let quick = Duration.milliseconds(300)
    private static let calm = Duration.seconds(2)
    /// A line that says nothing, so that both ends notice when the other is gone.
    private static let heartbeat = Duration.seconds(10)

    let waitsForRoom = true

    private let type: any Page.Type
    private var visit: Visit
    private let secret: String
    private let place: StreamPlaces.Place
    private var sent: [String: String] = [:]
    private var lastWrite = ContinuousClock.now
    private var pause = Duration.zero
    private var isOver = false

    init(of type: any Page.Type, _ visit: Visit, secret: String, _ place: StreamPlaces.Place) {
        (self.type, self.visit, self.secret, self.place) = (type, visit, secret, place)
    }

    mutating func next() async throws -> ByteBuffer? {
        while !isOver {
            try await Task.sleep(for: pause)
            // The next server is found by the browser, which asks again by itself.
            if Task.isShuttingDownGracefully { return nil }
            // Who has gone on to another page needs a place for that.
            guard visit.request.isConnected else { return nil }
            guard let signedIn = try await visit.console.sessions.find(secret) else {
                isOver = true
                return ByteBuffer(string: "event: over\ndata: -\n\n")
            }
            visit.signedIn = signedIn
            if let changes = try await changes() {
                lastWrite = .now
                return changes
            }
            if ContinuousClock.now - lastWrite >= Self.heartbeat {
                lastWrite = .now
                return ByteBuffer(string: ":\n\n")
            }
        }
        return nil
    }

    private mutating func changes() async throws -> ByteBuffer? {
        let view: View
        do {
            view = try await type.init(visit).show()
        } catch is CallRefusal {
            // What is gone, or for now refused: the page says so when it is looked at anew.
            pause = Self.calm
            return nil
        }
        pause = view.isMoving ? Self.quick : Self.calm
        var events = ByteBuffer()
        if sent.isEmpty { events.writeString("retry: 1000\n\n") }
        for (name, html) in try visit.console.templates.livingParts(of: view, for: visit) where sent[name] != html {
            sent[name] = html
            // As JSON, since a line within the text would be one of the stream.
            events.writeString("event: part\ndata: ")
            events.writeBytes(try JSONEncoder().encode(["name": name, "html": html]))
            events.writeString("\n\n")
        }
        return events.readableBytes == 0 ? nil : events
    }
}

extension Console {
    /// The stream of what changes on a page.
    func live(_ segments: [String], _ visit: inout Visit) async throws -> Reply {
        guard let (type, parameters) = Routes.find(segments), !type.isForStrangers, visit.request.method == .get else {
            throw PageFault.notFound
        }
        guard let signedIn = visit.signedIn, let secret = visit.formSecret else { return Reply(status: .forbidden) }
        guard let place = streams.take(for: signedIn.session) else {
            return Reply(
                status: .serviceUnavailable,
                headers: [.retryAfter: "10", .contentType: "text/plain; charset=utf-8"],
                body: ByteBuffer(
                    string: "Too many pages are being kept up to date. This one stays as it is: load it again to see what is new.\n"
                )
            )
        }
        visit.parameters = parameters
        _ = try type.init(visit)
        return Reply(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .init("X-Accel-Buffering") ?? .server: "no"],
            parts: LivePage(of: type, visit, secret: secret, place)
        )
    }
}
