import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

extension AWSClient {
    /// Sends an EBS direct call and reads its JSON answer.
    func ebs<Content: Decodable>(_ call: Call, as content: Content.Type) async throws -> Content {
        let answer = try await send(call)
        do {
            return try JSONDecoder().decode(content, from: answer.body)
        } catch {
            throw UnexpectedAnswer(action: call.action, problem: "\(error)")
        }
    }
}

extension Call {
    static func ebs(_ action: String, _ method: HTTPMethod, _ path: String, region: String) -> Call {
        Call(service: .ebs, action: action, region: region, method: method, path: path)
    }
}
