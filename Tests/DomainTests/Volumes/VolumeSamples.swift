import Domain
import Foundation
import Testing

extension Volume {
    static let sampleDate = Date(timeIntervalSince1970: 1_795_376_072)

    /// An available volume of 8 GiB.
    static func sample(
        _ shape: VolumeShapeRequest = VolumeShapeRequest(type: .gp3, sizeGiB: 8),
        state: State = .available,
        attachments: [VolumeAttachment] = []
    ) throws -> Volume {
        Volume(
            id: known("vol-0123456789abcdef0"),
            owner: known("123456789012"),
            zone: known("us-east-1a"),
            state: state,
            shape: try shape.shape(over: nil),
            createdAt: sampleDate,
            attachments: attachments
        )
    }
}

/// That something is refused with a code.
func expectRefusal(_ code: FaultCode, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
    do {
        try body()
        Issue.record("not refused, expected \(code.rawValue)", sourceLocation: sourceLocation)
    } catch let fault as Fault {
        #expect(fault.code == code, "\(fault)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
