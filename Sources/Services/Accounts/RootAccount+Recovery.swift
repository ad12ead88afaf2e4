import Domain
import Logging
import Metadata

extension RootAccount {
    /// Makes another access key for the root account, for an operator who has lost it and has the root key. The caller holds the folder's lock.
    ///
    /// The keys before it go on signing, but for the oldest where there are as many as there can be.
    package static func makeKey(in folder: DataFolder, rootKey: RootKeySource, clock: WallClock = .system, logger: Logger) async throws
        -> RootAccount
    {
        guard folder.hasRows else { throw NoDataFolder(path: folder.path) }
        try folder.checkPlaceOfRows()
        let directory = try DirectoryRows.open(in: folder).database
        defer { try? directory.close() }
        // Proves that it is the operator who asks: nothing of the directory opens without.
        let vault = try await VaultLoader(folder: folder, directory: directory, clock: clock, logger: logger).openKnown(rootKey)
        let secrets = DirectorySecrets(directory: directory, vault: vault)
        let key = NewAccessKey.random()
        let sealed = try secrets.sealed(key.secret, of: key.id)
        let (account, removed) = try await directory.write { transaction in
            guard let account = try known(in: transaction, asked: nil) else { throw RootAccountError.noAccount }
            let table = AccessKeyTable(transaction)
            let removed = try table.keys(of: nil, in: account).map(\.id).dropLast(AccessKey.perUserMax - 1)
            for id in removed { try table.delete(id) }
            try table.insert(AccessKey(id: key.id, account: account, userID: nil, createdAt: clock.now), sealed: sealed)
            try IAMVersionTable(transaction).bump()
            return (account, Array(removed))
        }
        logger.notice(
            "Created an access key for the root account with the root key",
            metadata: ["account": "\(account)", "access_key": "\(key.id)", "removed": "\(removed.joined(separator: ","))"]
        )
        let root = RootAccount(account: account, accessKeyID: key.id, secretAccessKey: key.secret, change: .replaced(removed))
        try folder.write(root.sharedCredentials, to: folder.credentials)
        return root
    }
}
