package dev.cove.storage;

/** The calls of an {@link ObjectStore}, as logs, metrics and tests name them. */
public enum StoreOperation {
  HEAD("HEAD", Effect.READS),
  GET("GET", Effect.READS),
  LIST("LIST", Effect.READS),
  PUT("PUT", Effect.CHANGES),
  CREATE_UPLOAD("CREATE-UPLOAD", Effect.CHANGES),
  UPLOAD_PART("PART", Effect.CHANGES),
  COPY_PART("PART-COPY", Effect.CHANGES),
  COMPLETE("COMPLETE", Effect.CHANGES),
  ABORT("ABORT", Effect.CHANGES),
  LIST_UPLOADS("LIST-UPLOADS", Effect.READS),
  LIST_PARTS("LIST-PARTS", Effect.READS),
  COPY("COPY", Effect.CHANGES),
  DELETE("DELETE", Effect.CHANGES),
  DELETE_ALL("DELETE-ALL", Effect.CHANGES),
  TAGS("TAGS", Effect.READS);

  /** Whether the bucket may be another after a call. */
  public enum Effect {
    READS,
    CHANGES
  }

  private final String label;
  private final Effect effect;

  StoreOperation(String label, Effect effect) {
    this.label = label;
    this.effect = effect;
  }

  /** The name as logs and tests write it: {@code CREATE-UPLOAD}. */
  public String label() {
    return label;
  }

  public Effect effect() {
    return effect;
  }
}
