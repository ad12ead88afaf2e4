import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Wire

extension AWSError {
    /// Reads the error that a service sent, in whichever dialect it speaks.
    ///
    /// Proxies answer in HTML and load balancers in nothing at all: those keep the status as their code and the start of the text as message.
    init(reading body: ByteBuffer, status: Int, headers: HTTPHeaders, call: Call) {
        self.init(
            code: "HTTP\(status)",
            message: Self.excerpt(of: body),
            status: status,
            requestID: headers.first(name: "x-amzn-RequestId") ?? headers.first(name: "x-amz-request-id"),
            action: call.action,
            region: call.region
        )
        switch call.service {
        case .ebs, .ferry, .kms, .organizations: readJSON(body, headers: headers)
        case .ec2, .s3, .sts: readXML(body)
        }
        bucketRegion = headers.first(name: "x-amz-bucket-region")
    }

    /// EC2: `<Response><Errors><Error>…</Errors><RequestID>`; the query protocol: `<ErrorResponse><Error>…</Error><RequestId>`;
    /// S3: `<Error>…<RequestId></Error>`.
    private mutating func readXML(_ body: ByteBuffer) {
        guard let root = try? XMLNode(parsing: Array(body.readableBytesView)),
            let error = root.name == "Error" ? root : root["Errors"]?["Error"] ?? root["Error"],
            let code = error["Code"]?.text, !code.isEmpty
        else { return }
        self.code = code
        message = error["Message"]?.text ?? ""
        requestID = root["RequestID"]?.text ?? root["RequestId"]?.text ?? requestID
    }

    /// EBS direct and KMS: the code is in `x-amzn-ErrorType`, sometimes with a URL behind a colon, or in `__type` behind a `#`.
    private mutating func readJSON(_ body: ByteBuffer, headers: HTTPHeaders) {
        struct Body: Decodable {
            var message: String?
            var lowercaseMessage: String?
            var reason: String?
            var type: String?

            enum CodingKeys: String, CodingKey {
                case message = "Message"
                case lowercaseMessage = "message"
                case reason = "Reason"
                case type = "__type"
            }
        }
        let content = try? JSONDecoder().decode(Body.self, from: body)
        let type = headers.first(name: "x-amzn-ErrorType") ?? content?.type
        if let name = type?.split(separator: ":").first?.split(separator: "#").last, !name.isEmpty { code = String(name) }
        if let content {
            message = content.message ?? content.lowercaseMessage ?? ""
            reason = content.reason
        }
    }

    /// The first 200 printable characters of an answer that is in no dialect.
    private static func excerpt(of body: ByteBuffer) -> String {
        let text = String(decoding: body.readableBytesView.prefix(200), as: UTF8.self)
        return String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 }.filter { $0.isASCII && !($0.asciiValue ?? 0 < 32) })
    }
}
