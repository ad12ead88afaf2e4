import Domain

extension Call {
    /// Who makes the call, for a job that goes on behind it.
    var jobCaller: JobCaller {
        get async {
            let origin = JobCaller.Origin(
                address: origin.address,
                isSecure: origin.isSecure,
                userAgent: origin.userAgent,
                referer: origin.referer,
                tlsVersion: await origin.tlsVersion()
            )
            return JobCaller(principal, session: session, origin: origin)
        }
    }
}

extension JobTools {
    /// A call in the name of who has asked for a job.
    func call(of job: Job, in store: RegionStore? = nil) -> Call {
        let store = store ?? self.store
        guard let caller = job.caller else { return call(of: job.account, in: store) }
        return Call(
            principal: caller.principal,
            session: caller.session,
            store: store,
            deployment: deployment,
            host: "",
            origin: CallOrigin(caller.origin)
        )
    }

    /// A call in the name of a job's account, for what is its own: what the job has made and takes away again.
    func call(of account: AccountID, in store: RegionStore? = nil) -> Call {
        Call(principal: Principal(account: account, accessKeyID: ""), store: store ?? self.store, deployment: deployment, host: "")
    }
}

extension CallOrigin {
    init(_ origin: JobCaller.Origin) {
        self.init(
            address: origin.address,
            isSecure: origin.isSecure,
            userAgent: origin.userAgent,
            referer: origin.referer,
            tlsVersion: { origin.tlsVersion }
        )
    }
}
