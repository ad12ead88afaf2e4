import Domain
import Foundation

extension Job {
    static let now = Date(timeIntervalSince1970: 1_795_376_072)
    static let image: ImageID = known("ami-0123456789abcdef0")
    private static let source: ImageID = known("ami-0fedcba9876543210")
    private static let snapshot: SnapshotID = known("snap-0123456789abcdef0")
    private static let disk = ImportSource(bucket: "depot", key: "disk.raw")

    /// One of each kind.
    static let samples: [Job] = [
        sample(.bundleCheck),
        sample(
            .bundleCopy(
                BundleCopy(
                    region: known("us-west-2"),
                    image: source,
                    bundle: ImageBundle(manifest: known("depot/web.xml"), version: "null", etag: "e", imageBytes: 9, bundleBytes: 5)
                )
            )
        ),
        sample(.imageRestore(ImageRestore(bucket: "depot", key: "k.bin", version: "null", etag: "e", snapshots: []))),
        sample(
            .snapshotImport(
                SnapshotImport(source: disk, description: "", snapshot: known("snap-0123456789abcdef0"), encryption: nil, role: nil)
            )
        ),
        sample(
            .imageImport(
                ImageImport(
                    disks: [],
                    description: "",
                    image: image,
                    traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
                    platform: nil,
                    licenseType: nil,
                    encryption: nil,
                    role: nil
                )
            )
        ),
        sample(.imageExport(ImageExport(image: source, format: "RAW", bucket: "depot", prefix: "", description: "", role: nil))),
        sample(.snapshotArchival(SnapshotArchival(snapshot: snapshot))),
        sample(.snapshotRestore(SnapshotRestore(snapshot: snapshot, days: 3, expiresAt: nil))),
        sample(.volumeSnapshot(VolumeSnapshot(snapshot: snapshot))),
        sample(.imageStore(ImageStore(image: source, bucket: "depot", key: "k.bin", tags: [:]))),
    ]

    static func sample(_ work: JobWork, _ state: State = .active) -> Job {
        let id = work.kind.fillsImage ? image.rawValue : "import-snap-0123456789abcdef0"
        return Job(id: id, account: known("123456789012"), work: work, createdAt: now, state: state)
    }

    /// As it would come back out of its row.
    var reread: Job {
        Job(
            id: id,
            account: account,
            caller: caller,
            work: work,
            createdAt: createdAt,
            state: state,
            progress: progress,
            message: message,
            reasonCode: reasonCode,
            retries: retries,
            endedAt: endedAt
        )
    }
}
