import Services
import Wire

/// Takes an image out of use (docs/behaviour/image-life.md, "Disabling").
struct DisableImage: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableImage") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).disable(imageID)
        return XMLReturnTrue()
    }
}

/// Gives a disabled image back to use.
struct EnableImage: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableImage") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).enable(imageID)
        return XMLReturnTrue()
    }
}
