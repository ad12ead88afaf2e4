import Blocks
import Domain
import Metadata

/// How the job of one row is done. Made anew for each attempt.
protocol JobRunner: Sendable {
    /// Does what is left of it, whatever an earlier attempt did. What it returns is done in the transaction that ends the job.
    func run(_ progress: JobProgress) async throws -> JobEnding

    /// Takes away what it has made so far, because it has failed for good or is no longer wanted. May be called again.
    func undo() async throws
}

extension JobRunner {
    func undo() async throws {}
}

/// How a job ends that was done.
struct JobEnding: Sendable {
    /// What keeps the bytes until the rows are there that refer to them.
    var sessions: [StoreWriter] = []
    /// The volume whose rows change.
    var volume: OpenVolume?
    /// Done in the transaction that ends the job.
    var write: @Sendable (Transaction) throws -> Void = { _ in }
}

/// What jobs of a Region share with its copies, and their tools.
struct JobTools: Sendable {
    let store: RegionStore
    let deployment: Deployment
    let inbound: Inbound
    let scratch: ScratchFolder
    /// What archivals have counted.
    let counts: SharedCount

    func runner(of job: Job) -> any JobRunner {
        switch job.work {
        case .bundleCheck: BundleCheckRunner(job: job, tools: self)
        case .bundleCopy(let copy): BundleCopyRunner(job: job, copy: copy, tools: self)
        case .snapshotImport(let work): SnapshotImportRunner(job: job, work: work, tools: self)
        case .imageImport(let work): ImageImportRunner(job: job, work: work, tools: self)
        case .imageExport(let work): ImageExportRunner(job: job, work: work, tools: self)
        case .imageStore(let work): ImageStoreRunner(job: job, work: work, tools: self)
        case .imageRestore(let work): ImageRestoreRunner(job: job, work: work, tools: self)
        case .snapshotArchival(let work): SnapshotArchivalRunner(job: job, work: work, tools: self)
        case .snapshotRestore(let work): SnapshotRestoreRunner(job: job, work: work, tools: self)
        case .volumeSnapshot(let work): VolumeSnapshotRunner(job: job, work: work, tools: self)
        }
    }
}
