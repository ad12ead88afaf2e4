import NIOCore
import NIOHTTP1

extension AWSClient {
    /// What one call reads of an object.
    package static let objectPiece: Int64 = 4 << 20

    /// Reads up to ``objectPiece`` bytes of an object; nil at its end.
    ///
    /// An object is read in pieces, so that memory stays small and a connection that breaks costs a piece; all of them are of the
    /// version that was looked at.
    package func readObject(_ object: RemoteObject, from offset: Int64) async throws -> ByteBuffer? {
        let count = min(Self.objectPiece, object.size - offset)
        guard count > 0 else { return nil }
        var call = Call.s3("GetObject", .GET, object.place, region: object.region)
        call.headers = [
            (name: "range", value: "bytes=\(offset)-\(offset + count - 1)"),
            (name: "if-match", value: object.entityTag),
        ]
        // A refusal may be longer than a short piece.
        call.answerLimit = max(Int(count), 64 << 10)
        let answer = try await send(call)
        guard answer.status == 206, answer.body.readableBytes == count else {
            throw UnexpectedAnswer(
                action: call.action,
                problem:
                    "\(answer.body.readableBytes) bytes of \(object.place) came with HTTP \(answer.status), and \(count) were asked for"
            )
        }
        return answer.body
    }
}
