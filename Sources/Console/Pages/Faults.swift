import API
import HTTPTypes
import Wire

/// A call of the API that was refused: its code and its text, which people look up.
struct CallRefusal: Error, Sendable, CustomStringConvertible {
    let status: Int
    let code: String
    let message: String
    let requestID: String
    /// What was being done, where a page does several things: `Copying to eu-west-1`.
    var doing: String?

    init(status: Int, code: String, message: String, requestID: String, doing: String? = nil) {
        (self.status, self.code, self.message, self.requestID, self.doing) = (status, code, message, requestID, doing)
    }

    /// Of EC2, which lists errors, or of IAM and STS, which have one.
    init(_ document: XMLNode, status: Int, requestID: String) {
        let error = document["Errors"]?["Error"] ?? document["Error"] ?? document
        self.init(status: status, code: error.text("Code") ?? "Unknown", message: error.text("Message") ?? "", requestID: requestID)
    }

    init(json: [UInt8], status: Int, requestID: String) {
        let error = try? JSONText.decode(json, as: JSONError.self)
        let code = error?.type.split(separator: "#").last.map(String.init) ?? "Unknown"
        self.init(status: status, code: code, message: error?.message ?? "", requestID: requestID)
    }

    /// Of a service whose errors have their code in a header.
    init(rest answer: SignedInCalls.Answer) {
        let error = try? JSONText.decode(answer.body, as: RESTError.self)
        let code = HTTPField.Name("x-amzn-ErrorType").flatMap { answer.headers[$0] } ?? "Unknown"
        self.init(status: answer.status, code: code, message: error?.message ?? "", requestID: answer.requestID)
    }

    private struct RESTError: Decodable {
        let message: String?
    }

    /// Of S3.
    init(s3 answer: SignedInCalls.Answer) {
        guard let document = try? XMLNode(parsing: answer.body) else {
            self.init(status: answer.status, code: "Status\(answer.status)", message: "", requestID: answer.requestID)
            return
        }
        self.init(document, status: answer.status, requestID: answer.requestID)
    }

    var description: String { "\(doing.map { "\($0): " } ?? "")\(code): \(message)" }

    private struct JSONError: Decodable {
        let type: String
        let message: String?

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
        }
    }

    /// What helps in the most frequent cases, where the message does not say it.
    private var advice: String? {
        switch code {
        case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException":
            "Ask who manages the account for the permission that the message names."
        case "RequestLimitExceeded", "Throttling", "ThrottlingException": "Wait a moment, then try again."
        case "ExpiredToken", "RequestExpired": "Sign in again."
        default: nil
        }
    }

    var values: Values {
        ["code": code, "message": message, "request": requestID, "doing": doing, "advice": advice]
    }
}

/// Why there is no page.
struct PageFault: Error, Sendable, CustomStringConvertible {
    let status: Int
    let code: String
    let message: String

    var description: String { "\(code): \(message)" }

    static let notFound = PageFault(status: 404, code: "NotFound", message: "There is no such page.")

    init(status: Int, code: String, message: String) { (self.status, self.code, self.message) = (status, code, message) }

    init(_ error: any Error) {
        switch error {
        case let fault as PageFault: self = fault
        case let refusal as CallRefusal: self.init(status: refusal.status, code: refusal.code, message: refusal.message)
        case let error as RequestError: self.init(status: 400, code: error.code, message: error.message)
        default: self = Self(ofBody: error)
        }
    }

    private init(ofBody error: any Error) {
        if let (status, text) = SignedInCalls.bodyFault(error) {
            self.init(status: status, code: "RequestRefused", message: text)
        } else {
            self.init(
                status: 500,
                code: "InternalError",
                message: "The page could not be made. The server's log tells why, under the id of this request."
            )
        }
    }

    func view(requestID: String) -> View {
        let refusal = CallRefusal(status: status, code: code, message: message, requestID: requestID)
        return View(
            title: status == 404 ? "Not found" : "Not possible",
            template: "fault",
            values: [:],
            status: status,
            refusals: [refusal]
        )
    }
}
