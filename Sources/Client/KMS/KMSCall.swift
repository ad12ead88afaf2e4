import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension AWSClient {
    /// Calls an action of KMS: JSON 1.1, with the action in a header.
    func kms<Content: Decodable>(_ action: String, _ input: some Encodable, region: String, as content: Content.Type) async throws
        -> Content
    {
        var call = Call(service: .kms, action: action, region: region, method: .POST, path: "/")
        call.headers = [
            (name: "content-type", value: "application/x-amz-json-1.1"), (name: "x-amz-target", value: "TrentService.\(action)"),
        ]
        call.body = try JSONEncoder().encodeAsByteBuffer(input, allocator: ByteBufferAllocator())
        let answer = try await send(call)
        do {
            return try JSONDecoder().decode(content, from: answer.body)
        } catch {
            throw UnexpectedAnswer(action: action, problem: "\(error)")
        }
    }
}
