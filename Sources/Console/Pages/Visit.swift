import API
import Domain
import HTTPTypes
import Hexadecimal
import NIOCore
import Services
import Wire

/// One request of a browser: what it asks for, and who has signed in there.
struct Visit: Sendable {
    let console: Console
    let request: IncomingRequest
    let requestID: String
    var signedIn: ConsoleSessions.SignedIn?
    /// What stands in the path for the parts in braces.
    var parameters: [String: String] = [:]
    private(set) var form: [(name: String, value: String)] = []
    /// What came along with a form, by the names of the fields.
    private(set) var files: [MultipartForm.File] = []
    private var newFormSecret: String?

    init(console: Console, request: IncomingRequest, requestID: String) {
        self.console = console
        self.request = request
        self.requestID = requestID
    }

    // What is asked for.

    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    func query(_ name: String) -> String { request.target.query.parameters.first { $0.name == name }?.value ?? "" }

    func queries(_ name: String) -> [String] { request.target.query.parameters.filter { $0.name == name }.map(\.value) }

    func field(_ name: String) -> String { form.first { $0.name == name }?.value ?? "" }

    func fields(_ name: String) -> [String] { form.filter { $0.name == name }.map(\.value) }

    /// The value that was entered: of the form that was sent, else of the address.
    func entered(_ name: String) -> String { request.method == .post ? field(name) : query(name) }

    func allEntered(_ name: String) -> [String] { request.method == .post ? fields(name) : queries(name) }

    /// The Region in the path.
    func region() throws -> Region {
        guard let region = Region(rawValue: parameter("region")), console.regions.contains(region) else { throw PageFault.notFound }
        return region
    }

    /// The Region in the path, or all of them.
    func regions() throws -> [Region] { parameter("region") == "all" ? console.regions : [try region()] }

    // Forms.

    mutating func readForm(bytesMax: Int) async throws {
        let boundary = MultipartForm.boundary(in: request.headers[.contentType])
        (form, files) = try await withBody(bytesMax: bytesMax) { body in
            if let boundary { return try MultipartForm.read(body, boundary: boundary) }
            return (try RequestQuery(body.readableBytesView).parameters.map { ($0.name, $0.value) }, [])
        }
    }

    /// Reads what was sent, and holds memory for it meanwhile.
    func withBody<Result>(bytesMax: Int, _ use: (ByteBuffer) async throws -> Result) async throws -> Result {
        try await console.calls.withBody(of: request, from: signedIn?.key.principal.account, bytesMax: bytesMax, use)
    }

    /// The secret that the token of forms is made from: that of the session, or of who is about to sign in.
    var formSecret: String? {
        let isSecure = console.calls.isSecure
        if signedIn != nil { return SessionCookie(of: request, isSecure: isSecure).value }
        return newFormSecret ?? SessionCookie(of: request, isSecure: isSecure, for: SignInPage.cookie).value
    }

    /// Gives a stranger's browser a secret for the form that it is about to get, if it has none.
    ///
    /// - Returns: the cookie to set.
    mutating func beginForms() -> String? {
        guard signedIn == nil, formSecret == nil else { return nil }
        let secret = Hex.encode((0..<32).map { _ in UInt8.random(in: .min ... .max) })
        newFormSecret = secret
        return SessionCookie(of: request, isSecure: console.calls.isSecure, for: SignInPage.cookie).set(secret, seconds: 3600)
    }

    /// - Throws: `PageFault` for a form that no page of this console has made for this browser.
    func check(token: String) throws {
        guard !FormToken.isForeign(request), let formSecret, FormToken(for: formSecret).isSame(as: token) else {
            throw PageFault(
                status: 403,
                code: "FormNotOurs",
                message:
                    "The form was not sent by a page of this console, or the session in which it was made has ended. Nothing was changed."
            )
        }
    }

    var browser: ConsoleSessions.Browser {
        ConsoleSessions.Browser(
            address: request.address,
            userAgent: request.headers[.userAgent] ?? "",
            isSecure: console.calls.isSecure
        )
    }

    /// The same as who has signed in, whatever role the pages act as.
    var asPerson: Visit {
        var visit = self
        visit.signedIn = signedIn?.asPerson
        return visit
    }

    // Calls of the API.

    /// An action of EC2.
    ///
    /// - Throws: `CallRefusal`
    func ec2(_ action: String, in region: Region, _ parameters: [(String, String)] = []) async throws -> XMLNode {
        try await query("ec2", action, in: region, parameters)
    }

    /// An action of EC2, IAM or STS.
    func query(_ service: String, _ action: String, in region: Region? = nil, _ parameters: [(String, String)] = []) async throws -> XMLNode
    {
        let answer = try await answer(.query(service, action, parameters), in: region)
        let document: XMLNode
        do throws(XMLError) {
            document = try XMLNode(parsing: answer.body)
        } catch {
            throw UnreadableAnswer(call: "\(service):\(action)", cause: error)
        }
        if answer.isRefusal { throw CallRefusal(document, status: answer.status, requestID: answer.requestID) }
        return document
    }

    /// An action of Ferry's own.
    ///
    /// - Throws: `CallRefusal`
    func ferry<Answered: Decodable>(_ action: String, in region: Region? = nil, _ members: some Encodable) async throws -> Answered {
        try await json("ferry", "Ferry.\(action)", in: region, members)
    }

    /// An action of a service of JSON, with what stands before it in `X-Amz-Target`.
    ///
    /// - Throws: `CallRefusal`
    func json<Answered: Decodable>(_ service: String, _ target: String, in region: Region? = nil, _ members: some Encodable) async throws
        -> Answered
    {
        let answer = try await answer(.json(service, target: target, try JSONText.encode(members)), in: region)
        if answer.isRefusal { throw CallRefusal(json: answer.body, status: answer.status, requestID: answer.requestID) }
        // Some answers are nothing at all.
        return try JSONText.decode(answer.body.isEmpty ? Array("{}".utf8) : answer.body)
    }

    /// An operation of EBS direct.
    ///
    /// - Throws: `CallRefusal`
    func ebs(_ method: HTTPRequest.Method, _ target: String, in region: Region, headers: HTTPFields = [:], body: ByteBuffer = ByteBuffer())
        async throws
        -> SignedInCalls.Answer
    {
        let answer = try await answer(.rest("ebs", method, target, headers: headers, body: body), in: region)
        if answer.isRefusal { throw CallRefusal(rest: answer) }
        return answer
    }

    func answer(_ call: SignedInCalls.Request, in region: Region?) async throws -> SignedInCalls.Answer {
        let (key, region) = try signed(region)
        return try await console.calls.answer(call, of: key, in: region, for: request, requestID: requestID)
    }

    /// As `answer`, with what may be too long to hold still to come.
    func reply(to call: SignedInCalls.Request, in region: Region?) async throws -> Reply {
        let (key, region) = try signed(region)
        return try await console.calls.reply(to: call, of: key, in: region, for: request, requestID: requestID)
    }

    private func signed(_ region: Region?) throws -> (KnownKey, Region) {
        guard let signedIn, let region = region ?? console.regions.first else { throw PageFault.notFound }
        return (signedIn.key, region)
    }
}

/// The API has answered what is no document: a fault of ours.
struct UnreadableAnswer: Error, CustomStringConvertible {
    let call: String
    let cause: any Error

    var description: String { "the answer of \(call) cannot be read: \(cause)" }
}
