using System.ComponentModel.DataAnnotations;

namespace Platform.ChangeStream;

/// <summary>What to read, and how.</summary>
public sealed class ChangeStreamOptions
{
    /// <summary>The prefix of messages by which readers keep an idle stream moving; they are not delivered.</summary>
    public const string HeartbeatPrefix = "platform.heartbeat";

    /// <summary>Connects as a role with REPLICATION that may SELECT from the published tables.</summary>
    [Required]
    public string ConnectionString { get; set; } = "";

    /// <summary>The slot: 1 to 50 lower-case letters, digits and underscores. Made when it is not there.</summary>
    [Required, RegularExpression("^[a-z0-9_]{1,50}$")]
    public string Slot { get; set; } = "";

    /// <summary>The publication, which says which tables. It has to be there before the slot.</summary>
    [Required, RegularExpression("^[a-z0-9_]{1,63}$")]
    public string Publication { get; set; } = "";

    /// <summary>Whether the rows that are there at the first start, or after a gap, or in a table published later, are delivered as well.</summary>
    /// <value>False by default: for consumers that care for what happens, not for what is.</value>
    public bool Snapshot { get; set; }

    /// <summary>Whether transactions that hold nothing for the consumer, such as the readers' own heartbeats, are delivered as batches without changes.</summary>
    /// <value>
    /// False by default: then they are confirmed unseen. For consumers that keep a position of their own: nothing is confirmed
    /// then that they have not noted.
    /// </value>
    public bool EmptyBatches { get; set; }

    /// <summary>Most changes in one batch; a transaction with more comes in several.</summary>
    /// <value>1,000 by default; 1 to 100,000.</value>
    [Range(1, 100_000)]
    public int MaxBatchSize { get; set; } = 1_000;

    /// <summary>How often an idle stream is moved on, and the slot looked after.</summary>
    /// <value>5 seconds by default; 100 ms to 1 hour.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a word from a reader the server takes the slot from it, and another can have it.</summary>
    /// <value>3 seconds by default; 1 second to 10 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SenderTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Between two attempts to take the slot while another reader has it, or the server is away.</summary>
    /// <value>250 ms by default; 10 ms to 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    internal void Validate() => Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
}
