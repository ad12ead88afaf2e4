import Domain
import Foundation
import Testing

/// How a modification goes on, and when one may begin.
@Suite struct VolumeModificationTests {
    private let now = Volume.sampleDate

    private func begin(
        _ volume: Volume,
        after before: [VolumeModification] = [],
        _ request: VolumeShapeRequest = VolumeShapeRequest(sizeGiB: 9),
        minutes: Double = 0,
        at date: Date? = nil
    ) throws -> VolumeModification {
        try .begin(request, of: volume, after: before, optimizingFor: minutes * 60, at: date ?? now)
    }

    /// One that has ended.
    private func ended(_ number: Int, at date: Date) throws -> VolumeModification {
        let shape = try Volume.sample().shape
        return VolumeModification(
            volume: known("vol-0123456789abcdef0"),
            account: known("123456789012"),
            number: number,
            original: shape,
            target: shape,
            state: .completed,
            startedAt: date,
            dueAt: date,
            endedAt: date
        )
    }

    @Test func itIsModifiedThenOptimizedThenDone() throws {
        var modification = try begin(Volume.sample(), minutes: 10)
        #expect(modification.state == .modifying && modification.percent(at: now) == 0 && modification.isRunning)
        #expect(modification.original.sizeGiB == 8 && modification.target.sizeGiB == 9)
        modification.complete(at: now.addingTimeInterval(3_600))
        #expect(modification.state == .modifying)
        modification.apply()
        #expect(modification.state == .optimizing)
        modification.complete(at: now.addingTimeInterval(599))
        #expect(modification.state == .optimizing && modification.percent(at: now.addingTimeInterval(300)) == 50)
        modification.complete(at: now.addingTimeInterval(600))
        #expect(modification.state == .completed && modification.percent(at: now) == 100 && !modification.isRunning)
        #expect(modification.endedAt == now.addingTimeInterval(600))
        let end = modification
        modification.apply()
        modification.complete(at: now.addingTimeInterval(9_000))
        #expect(modification == end)
    }

    @Test func oneFollowsTheOther() throws {
        let volume = try Volume.sample()
        var first = try begin(volume)
        expectRefusal(.incorrectModificationState) { _ = try begin(volume, after: [first]) }
        first.apply()
        expectRefusal(.incorrectModificationState) { _ = try begin(volume, after: [first]) }
        first.complete(at: now)
        #expect(try begin(volume, after: [first]).number == 2)
    }

    @Test func fourADayAreTheMost() throws {
        let volume = try Volume.sample()
        let times = [0.0, 60, 120, 180].map { now.addingTimeInterval($0 - 23 * 3_600) }
        let before = try times.enumerated().map { try ended($0 + 1, at: $1) }.reversed()
        expectRefusal(.volumeModificationRateExceeded) { _ = try begin(volume, after: Array(before)) }
        // A day after the first of them there is room for one.
        let later = try begin(volume, after: Array(before), at: times[0].addingTimeInterval(VolumeModification.window))
        #expect(later.number == 5)
    }

    @Test func whatIsNotThereIsNotModified() throws {
        for state in [Volume.State.creating, .deleting, .error] {
            expectRefusal(.incorrectState) { _ = try begin(Volume.sample(state: state)) }
        }
        let attachment = VolumeAttachment(
            volume: known("vol-0123456789abcdef0"),
            instance: known("i-0123456789abcdef0"),
            device: "/dev/sdf",
            state: .attached,
            attachedAt: now,
            deletesOnTermination: false
        )
        let shape = VolumeShapeRequest(type: .io2, sizeGiB: 8, iops: 100)
        let volume = try Volume.sample(shape, state: .inUse, attachments: [attachment])
        #expect(try begin(volume).target.sizeGiB == 9)
        expectRefusal(.volumeInUse) { _ = try begin(volume, VolumeShapeRequest(isMultiAttachEnabled: true)) }
        #expect(try begin(Volume.sample(shape), VolumeShapeRequest(isMultiAttachEnabled: true)).target.isMultiAttachEnabled)
    }

    @Test func everyFilterFindsSomething() throws {
        let modification = try begin(Volume.sample())
        for name in VolumeModification.filterNames {
            let texts = try #require(modification.texts(forFilter: name))
            #expect(texts.count == 1, "\(name)")
            #expect(try modification.matches([Filter(name: name, values: texts)]), "\(name)")
        }
    }
}
