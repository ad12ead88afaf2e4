import API
import Domain
import Foundation
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// The pages for people under `/_ferry/console/`. What they show and do are calls of the API, made as who has signed in: a page has no rights,
/// rules or rows of its own.
package struct Console: Pages {
    /// What all addresses of the console begin with.
    static let root = ConsolePath.root

    let calls: SignedInCalls
    let sessions: ConsoleSessions
    let templates: Templates
    let streams = StreamPlaces()
    /// Of the server.
    let version: String

    /// - Throws: when a template cannot be read, which a test would have told.
    package init(over calls: SignedInCalls, version: String) throws {
        self.calls = calls
        self.version = version
        sessions = ConsoleSessions(calls.deployment)
        templates = try Templates()
    }

    var now: Date { calls.deployment.clock.now }
    var regions: [Region] { calls.deployment.regions.keys.sorted() }

    package func reply(to request: IncomingRequest, requestID: String) async -> Reply? {
        let path = request.target.path.encoded
        if path == "/", isBrowser(request) { return .redirect(to: Self.root) }
        if path + "/" == Self.root { return .redirect(to: Self.root) }
        guard path.hasPrefix(Self.root) else { return nil }
        var reply = await reply(to: request, Self.segments(of: request.target.path), requestID: requestID)
        if request.method == .head { (reply.body, reply.parts) = (ByteBuffer(), nil) }
        reply.headers.append(contentsOf: SecurityHeaders.all)
        return reply
    }

    /// Below the root, decoded.
    static func segments(of path: RequestPath) -> [String] {
        path.segments.dropFirst(root.split(separator: "/").count).filter { !$0.isEmpty }
    }

    private func reply(to request: IncomingRequest, _ segments: [String], requestID: String) async -> Reply {
        guard [.get, .head, .post].contains(request.method) else {
            return Reply(status: .methodNotAllowed, headers: [.allow: "GET, HEAD, POST"])
        }
        if segments.first == "files", segments.count == 2 { return StaticFiles.reply(to: request, segments[1]) }
        var visit = Visit(console: self, request: request, requestID: requestID)
        do {
            if let secret = SessionCookie(of: request, isSecure: calls.isSecure).value { visit.signedIn = try await sessions.find(secret) }
            if let signedIn = visit.signedIn { calls.noteSignedIn(signedIn.key.principal.account, on: request) }
            if segments.first == "live" { return try await live(Array(segments.dropFirst()), &visit) }
            return try await page(at: segments, &visit)
        } catch {
            return refusal(error, of: visit)
        }
    }

    private func page(at segments: [String], _ visit: inout Visit) async throws -> Reply {
        guard let (type, parameters) = Routes.find(segments) else { throw PageFault.notFound }
        guard visit.signedIn != nil || type.isForStrangers else { return signInFirst(visit) }
        visit.parameters = parameters
        guard visit.request.method == .post else {
            let cookie = type.isForStrangers ? visit.beginForms() : nil
            let page = try type.init(visit)
            if let answer = try await page.answer() { return answer }
            var reply = try await render(try await page.show(), visit)
            if let cookie { reply.headers[.setCookie] = cookie }
            return reply
        }
        if let bytesMax = type.formBytesMax {
            try await visit.readForm(bytesMax: bytesMax)
            try visit.check(token: visit.field(FormToken.field))
        } else {
            try visit.check(token: visit.request.headers[FormToken.header] ?? "")
        }
        return try await submitted(type, visit)
    }

    /// What a form answers: a page to go to, or itself with what was wrong.
    private func submitted(_ type: any Page.Type, _ visit: Visit) async throws -> Reply {
        let page = try type.init(visit)
        let refusal: CallRefusal
        do {
            return try await page.submit()
        } catch let refused as CallRefusal {
            refusal = refused
        } catch let fault as Fault {
            refusal = CallRefusal(status: 400, code: fault.code.rawValue, message: fault.message, requestID: visit.requestID)
        }
        var view = try await page.show()
        view.refusals.append(refusal)
        view.status = refusal.status
        return try await render(view, visit)
    }

    func render(_ view: View, _ visit: Visit) async throws -> Reply {
        let html = try templates.page(view, for: visit)
        return .html(html, status: .init(code: view.status))
    }

    /// What cannot be shown: a page that says why, in the words and with the code of the API.
    private func refusal(_ error: any Error, of visit: Visit) -> Reply {
        let fault = PageFault(error)
        if fault.status >= 500 {
            calls.deployment.logger.error(
                "A page of the console could not be made",
                metadata: ["error": "\(error)", "request_id": "\(visit.requestID)"]
            )
        }
        let html = (try? templates.page(fault.view(requestID: visit.requestID), for: visit)) ?? fault.message
        return .html(html, status: .init(code: fault.status))
    }

    /// Only a page to look at is come back to: what a form says is not sent twice.
    private func signInFirst(_ visit: Visit) -> Reply {
        guard visit.request.method != .post else { return .redirect(to: Self.root + "sign-in") }
        var place = visit.request.target.path.encoded
        if !visit.request.target.query.encoded.isEmpty { place += "?" + visit.request.target.query.encoded }
        return .redirect(to: place == Self.root ? Self.root + "sign-in" : Self.root + "sign-in?to=" + PercentEncoding.encode(place))
    }

    private func isBrowser(_ request: IncomingRequest) -> Bool {
        guard [.get, .head].contains(request.method), !request.hasSignature, request.target.query.parameters.isEmpty else { return false }
        return request.headers[.accept]?.contains("text/html") ?? false
    }
}

extension Reply {
    /// See other: what a browser then asks for with GET.
    static func redirect(to place: String) -> Reply {
        Reply(status: .seeOther, headers: [.location: place, .cacheControl: "no-store"])
    }

    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Reply {
        Reply(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ByteBuffer(string: text)
        )
    }
}
