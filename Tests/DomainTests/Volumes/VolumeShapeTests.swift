import Domain
import Testing

/// What volumes can be: EC2's bounds, as a table.
@Suite struct VolumeShapeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let asked: VolumeShapeRequest
        /// Nil for what is refused.
        let iops: Int??
        let throughput: Int?
        let code: FaultCode?

        var testDescription: String { "\(asked)" }

        static func made(_ type: VolumeType?, _ size: Int, _ iops: Int? = nil, _ throughput: Int? = nil, has: Int?, _ through: Int? = nil)
            -> Case
        {
            Case(
                asked: VolumeShapeRequest(type: type, sizeGiB: size, iops: iops, throughput: throughput),
                iops: has,
                throughput: through,
                code: nil
            )
        }

        static func refused(
            _ type: VolumeType,
            _ size: Int?,
            _ iops: Int? = nil,
            _ throughput: Int? = nil,
            multi: Bool? = nil,
            code: FaultCode = .invalidParameterValue
        ) -> Case {
            Case(
                asked: VolumeShapeRequest(type: type, sizeGiB: size, iops: iops, throughput: throughput, isMultiAttachEnabled: multi),
                iops: nil,
                throughput: nil,
                code: code
            )
        }
    }

    static let cases: [Case] = [
        // gp2: three operations for each GiB, 100 at least and 16,000 at most.
        .made(nil, 1, has: 100), .made(.gp2, 33, has: 100), .made(.gp2, 34, has: 102), .made(.gp2, 5_334, has: 16_000),
        .made(.gp2, 16_384, has: 16_000), .refused(.gp2, 0), .refused(.gp2, -1), .refused(.gp2, 16_385),
        .refused(.gp2, 8, 3_000, code: .invalidParameterCombination), .refused(.gp2, 8, nil, 125, code: .invalidParameterCombination),
        // gp3: the baseline at any size, then 500 operations for each GiB and a quarter MiB/s for each operation.
        .made(.gp3, 1, has: 3_000, 125), .made(.gp3, 1, 3_000, 750, has: 3_000, 750),
        .made(.gp3, 65_536, 80_000, 2_000, has: 80_000, 2_000),
        .made(.gp3, 8, 4_000, 1_000, has: 4_000, 1_000), .refused(.gp3, 65_537), .refused(.gp3, 7, 4_000), .refused(.gp3, 200, 2_999),
        .refused(.gp3, 200, 80_001), .refused(.gp3, 8, 3_000, 751), .refused(.gp3, 8, nil, 124), .refused(.gp3, 65_536, 80_000, 2_001),
        // io1 and io2 say how many.
        .made(.io1, 4, 200, has: 200), .made(.io1, 16_384, 64_000, has: 64_000), .refused(.io1, 8, code: .missingParameter),
        .refused(.io1, 3, 100), .refused(.io1, 4, 99), .refused(.io1, 4, 201), .refused(.io1, 16_385, 100), .refused(.io1, 16_384, 64_001),
        .refused(.io1, 8, 100, 125, code: .invalidParameterCombination),
        .made(.io2, 4, 4_000, has: 4_000), .made(.io2, 65_536, 256_000, has: 256_000), .refused(.io2, 4, 4_001),
        .refused(.io2, 65_536, 256_001), .refused(.io2, 65_537, 100), .refused(.io2, 8, code: .missingParameter),
        // Disks.
        .made(.st1, 125, has: nil), .made(.sc1, 16_384, has: nil), .refused(.st1, 124), .refused(.sc1, 16_385),
        .refused(.sc1, 125, 100, code: .invalidParameterCombination),
        .made(.standard, 1, has: nil), .made(.standard, 1_024, has: nil), .refused(.standard, 1_025),
        // Multi-Attach.
        .refused(.gp3, 8, multi: true, code: .invalidParameterCombination),
        .refused(.st1, 125, multi: true, code: .invalidParameterCombination),
        .refused(.gp2, nil, code: .missingParameter),
    ]

    @Test(arguments: cases) func newVolumes(_ one: Case) throws {
        if let code = one.code { return expectRefusal(code) { _ = try one.asked.shape(over: nil) } }
        let shape = try one.asked.shape(over: nil)
        #expect(shape.iops == one.iops && shape.throughput == one.throughput, "\(shape)")
        #expect(shape.type == one.asked.type ?? .gp2 && shape.sizeGiB == one.asked.sizeGiB && !shape.isMultiAttachEnabled)
    }

    @Test func multiAttachIsKeptWhereTheTypeHasIt() throws {
        for type in [VolumeType.io1, .io2] {
            let asked = VolumeShapeRequest(type: type, sizeGiB: 8, iops: 100, isMultiAttachEnabled: true)
            #expect(try asked.shape(over: nil).isMultiAttachEnabled)
        }
        #expect(try !VolumeShapeRequest(sizeGiB: 8, isMultiAttachEnabled: false).shape(over: nil).isMultiAttachEnabled)
    }

    @Test func aVolumeIsAtLeastAsLargeAsItsSnapshot() throws {
        let snapshot: (id: SnapshotID, sizeGiB: Int) = (known("snap-0123456789abcdef0"), 10)
        #expect(try VolumeShapeRequest().shape(over: snapshot).sizeGiB == 10)
        #expect(try VolumeShapeRequest(sizeGiB: 16_384).shape(over: snapshot).sizeGiB == 16_384)
        expectRefusal(.invalidParameterValue) { _ = try VolumeShapeRequest(sizeGiB: 9).shape(over: snapshot) }
        // The snapshot's size counts as asked for.
        expectRefusal(.invalidParameterValue) { _ = try VolumeShapeRequest(type: .st1).shape(over: snapshot) }
    }

    private func gp3() throws -> VolumeShape {
        try VolumeShapeRequest(type: .gp3, sizeGiB: 20, iops: 5_000, throughput: 500).shape(over: nil)
    }

    @Test func whatIsLeftOutOfAModificationStays() throws {
        let larger = try VolumeShapeRequest(sizeGiB: 30).shape(from: gp3())
        #expect(larger == VolumeShape(stored: .gp3, sizeGiB: 30, iops: 5_000, throughput: 500, isMultiAttachEnabled: false))
        let slower = try VolumeShapeRequest(iops: 3_000, throughput: 125).shape(from: gp3())
        #expect(slower.iops == 3_000 && slower.throughput == 125 && slower.sizeGiB == 20)
        // Another type has its own.
        let gp2 = try VolumeShapeRequest(type: .gp2).shape(from: gp3())
        #expect(gp2.iops == 100 && gp2.throughput == nil)
        let io2 = try VolumeShapeRequest(type: .io2).shape(from: gp3())
        #expect(io2.iops == 3_000)
        #expect(try VolumeShapeRequest(type: .gp3).shape(from: gp2).throughput == 125)
        #expect(try VolumeShapeRequest(sizeGiB: 40).shape(from: gp2).iops == 120)
    }

    @Test func volumesOnlyGrow() throws {
        expectRefusal(.invalidParameterValue) { _ = try VolumeShapeRequest(sizeGiB: 19).shape(from: gp3()) }
        expectRefusal(.invalidParameterValue) { _ = try VolumeShapeRequest(type: .standard).shape(from: gp3()) }
        expectRefusal(.invalidParameterValue) { _ = try VolumeShapeRequest(type: .st1).shape(from: gp3()) }
        expectRefusal(.missingParameter) { _ = try VolumeShapeRequest().shape(from: gp3()) }
        expectRefusal(.invalidParameterCombination) { _ = try VolumeShapeRequest(isMultiAttachEnabled: true).shape(from: gp3()) }
        // The same again is a modification like any other.
        #expect(try VolumeShapeRequest(sizeGiB: 20).shape(from: gp3()) == gp3())
    }
}
