import NIOHTTP1

/// An object as a service tells about it.
package struct RemoteObject: Hashable, Sendable {
    package var place: ObjectPlace
    package var region: String
    /// In bytes.
    package var size: Int64
    /// The version of the bytes: others have another.
    package var entityTag: String
}

extension AWSClient {
    /// Looks at an object; nil when there is none, or no such bucket.
    package func object(at place: ObjectPlace, region: String) async throws -> RemoteObject? {
        let answer: Answer
        do {
            answer = try await send(.s3("HeadObject", .HEAD, place, region: region))
        } catch let error as AWSError where error.status == 404 {
            return nil
        }
        guard let size = answer.headers.first(name: "content-length").flatMap({ Int64($0) }),
            let tag = answer.headers.first(name: "etag")
        else { throw UnexpectedAnswer(action: "HeadObject", problem: "it tells no size or no ETag") }
        return RemoteObject(place: place, region: region, size: size, entityTag: tag)
    }
}
