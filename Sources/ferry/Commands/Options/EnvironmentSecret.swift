import Glibc
import Sealing

/// A secret that the operator gives as an environment variable.
enum EnvironmentSecret {
    /// Moves a variable out of the environment, where `/proc` shows it and children inherit it; nil when it is unset or empty.
    static func take(_ name: String) -> SecretBytes? {
        guard let value = getenv(name) else { return nil }
        let memory = UnsafeMutableRawBufferPointer(start: value, count: strlen(value))
        guard !memory.isEmpty else { return nil }
        let secret = SecretBytes(copying: UnsafeRawBufferPointer(memory))
        SecretBytes.wipe(memory)
        unsetenv(name)
        return secret
    }
}
