import Foundation
import Services
import Wire

/// Says from when on an image is deprecated (docs/behaviour/image-life.md, "Deprecation").
struct EnableImageDeprecation: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableImageDeprecation") { [$1.image($0.imageID)] }]

    private let imageID: String
    private let date: Date

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        date = try query["DeprecateAt"]
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).deprecate(imageID, at: date)
        return XMLReturnTrue()
    }
}

/// Takes the date of deprecation away.
struct DisableImageDeprecation: EC2Action {
    static let permissions = [Permission<Self>("ec2:DisableImageDeprecation") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).cancelDeprecation(of: imageID)
        return XMLReturnTrue()
    }
}
