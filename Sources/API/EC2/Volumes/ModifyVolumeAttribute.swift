import Services
import Wire

/// Sets whether a volume may be used at once after its bytes were in doubt.
struct ModifyVolumeAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyVolumeAttribute") { [$1.volume($0.volumeID)] }]

    private let volumeID: String
    private let enablesIOByItself: Bool

    init(from query: QueryReader) throws(RequestError) {
        volumeID = try query["VolumeId"]
        enablesIOByItself = try query["AutoEnableIO.Value"]
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Volumes(call).setEnablesIOByItself(enablesIOByItself, of: volumeID)
        return XMLReturnTrue()
    }
}
