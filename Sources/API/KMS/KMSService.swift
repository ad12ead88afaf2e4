import Domain
import HTTPTypes
import Logging
import NIOCore
import Services
import Wire

/// KMS: JSON 1.1, version 2014-11-01. The action stands in the header `X-Amz-Target`.
enum KMSService: APIService {
    static let isGlobal = false
    /// A policy of 32 KiB in which every character is escaped, and room to be told that it is too long.
    static let bodyBytesMax = 1 << 18
    static let targetPrefix = "TrentService."

    static func respond(
        to request: IncomingRequest,
        body: ByteBuffer,
        in call: Call,
        requestID: String,
        logger: inout Logger
    ) async throws -> Reply {
        guard let target = request.headers[.amazonTarget], target.hasPrefix(targetPrefix),
            let action = actions[String(target.dropFirst(targetPrefix.count))]
        else {
            throw RefusedRequest(Refusal(code: "UnknownOperationException", message: "KMS has no such action here", status: .badRequest))
        }
        logger[metadataKey: "action"] = "\(action.name)"
        let json = try JSONReader(parsing: Array(body.readableBytesView))
        logger.note(resourceIn: json)
        do {
            return try await run(action, json, in: call)
        } catch let error as KeyUnusable {
            throw error.fault
        }
    }

    private static func run<Action: KMSAction>(_: Action.Type, _ json: JSONReader, in call: Call) async throws -> Reply {
        try JSONConstraints.check(json, Action.members)
        let action = try Action(from: json)
        let isDryRun: Bool = try Action.members.contains { $0.name == "DryRun" } && json["DryRun"] ?? false
        try json.requireAllRead()
        guard isDryRun else { return .kms(JSONWriter.encode(try await action.run(in: call))) }
        try await call.rehearse { _ = try await action.run(in: $0) }
        throw Fault(.kmsDryRun, "The request would have succeeded, but the DryRun option is set.")
    }
}

extension HTTPField.Name {
    static let amazonTarget = named("X-Amz-Target")
}

extension Reply {
    static func kms(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Reply {
        Reply(status: status, headers: [.contentType: "application/x-amz-json-1.1"], body: ByteBuffer(bytes: bytes))
    }
}
