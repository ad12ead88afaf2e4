import Domain

extension Keys {
    package func enable(_ reference: String) async throws {
        try await change(reference, for: "EnableKey") { key, _ in try key.enable() }
    }

    /// From the moment that this returns, nothing opens under the key.
    package func disable(_ reference: String) async throws {
        try await change(reference, for: "DisableKey") { key, _ in try key.disable() }
    }

    /// From the moment that this returns, nothing opens under the key; its material goes on the day that the answer names.
    package func scheduleDeletion(_ reference: String, days: Int?) async throws -> KMSKey {
        let now = call.now
        return try await change(reference, for: "ScheduleKeyDeletion") { key, _ in
            try key.scheduleDeletion(days: days ?? KMSKey.deletionDaysDefault, from: now)
        }
    }

    package func cancelDeletion(_ reference: String) async throws -> KMSKey {
        try await change(reference, for: "CancelKeyDeletion") { key, _ in try key.cancelDeletion() }
    }
}
