import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension AWSClient {
    /// Calls an action of KMS.
    func kms<Content: Decodable>(_ action: String, _ input: some Encodable, region: String, as content: Content.Type) async throws
        -> Content
    {
        try await json(.kms, "TrentService", action, input, region: region, as: content)
    }

    /// Calls an action of a service that speaks JSON 1.1.
    ///
    /// - Parameter target: what stands before the action in the header that names it.
    func json<Content: Decodable>(
        _ service: AWSService,
        _ target: String,
        _ action: String,
        _ input: some Encodable,
        region: String,
        repetition: Call.Repetition = .anytime,
        as content: Content.Type
    ) async throws -> Content {
        var call = Call(service: service, action: action, region: region, method: .POST, path: "/")
        call.headers = [
            (name: "content-type", value: "application/x-amz-json-1.1"), (name: "x-amz-target", value: "\(target).\(action)"),
        ]
        call.repetition = repetition
        call.body = try JSONEncoder().encodeAsByteBuffer(input, allocator: ByteBufferAllocator())
        let answer = try await send(call)
        do {
            return try JSONDecoder().decode(content, from: answer.body)
        } catch {
            throw UnexpectedAnswer(action: action, problem: "\(error)")
        }
    }
}
