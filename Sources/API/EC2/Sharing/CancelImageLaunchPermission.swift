import Services
import Wire

/// Takes the caller's account off the launch permissions of an image that was shared with it (docs/behaviour/sharing.md, "Sharing images").
struct CancelImageLaunchPermission: EC2Action {
    static let permissions = [Permission<Self>("ec2:CancelImageLaunchPermission") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Images(call).cancelLaunchPermission(of: imageID)
        return XMLReturnTrue()
    }
}
