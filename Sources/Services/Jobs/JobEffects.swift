import Domain
import Metadata

/// Carries out, inside the transaction that saves a job, what its state machine asks for.
struct JobEffects {
    let transaction: Transaction
    /// What the work has made, when it is done.
    var result: (Transaction) throws -> Void = { _ in }

    func apply(_ effects: [Job.Effect], of job: Job) throws {
        try JobTable(transaction).update(job)
        for effect in effects {
            switch effect {
            case .showProgress(let progress, let image):
                let verb = job.work.kind == .imageRestore ? "Restored" : "Copied"
                let message = "\(verb) \(progress.bytesDone) of \(progress.bytesTotal) bytes"
                try settle(image, .pending, StateReason(code: "pending", message: message))
            case .showSnapshotProgress(let progress, let snapshot):
                try SnapshotTable(transaction).setProgress(percent: progress.percent, message: nil, of: snapshot)
            case .writeResult: try result(transaction)
            case .settleImage(let image, let state, let reason): try settle(image, state, reason)
            case .forget: try JobTable(transaction).delete(job.id)
            }
        }
    }

    /// An image that was deregistered meanwhile stays so.
    private func settle(_ id: ImageID, _ state: ImageState, _ reason: StateReason?) throws {
        let images = ImageTable(transaction)
        guard try images.image(id)?.state == .pending else { return }
        try images.setState(state, reason: reason, of: id)
    }
}
