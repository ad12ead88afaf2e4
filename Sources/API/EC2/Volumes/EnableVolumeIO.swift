import Services
import Wire

/// Lets a volume be used whose bytes were in doubt.
struct EnableVolumeIO: EC2Action {
    static let permissions = [Permission<Self>("ec2:EnableVolumeIO") { [$1.volume($0.volumeID)] }]

    private let volumeID: String

    init(from query: QueryReader) throws(RequestError) { volumeID = try query["VolumeId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Volumes(call).enableIO(of: volumeID)
        return XMLReturnTrue()
    }
}
