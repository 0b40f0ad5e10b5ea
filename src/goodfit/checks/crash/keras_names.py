"""The names that Keras 3.15 knows, for finding the one that was meant. Not a check.

A check may not import Keras: these are tables, and a test holds them against the Keras that is
installed.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_LOSSES = _words("""
    bce binary_crossentropy binary_focal_crossentropy categorical_crossentropy
    categorical_focal_crossentropy categorical_hinge circle cosine_similarity ctc dice hinge huber
    kl_divergence kld log_cosh mae mape mean_absolute_error mean_absolute_percentage_error
    mean_squared_error mean_squared_logarithmic_error mse msle poisson
    sparse_categorical_crossentropy squared_hinge tversky
""")

_METRICS = _words("""
    acc accuracy auc bce binary_accuracy binary_crossentropy binary_io_u categorical_accuracy
    categorical_crossentropy categorical_hinge concordance_correlation cosine_similarity f1_score
    f_beta_score false_negatives false_positives hinge io_u kl_divergence log_cosh_error mae mape
    mean mean_absolute_error mean_absolute_percentage_error mean_io_u mean_squared_error
    mean_squared_logarithmic_error mse msle one_hot_io_u one_hot_mean_io_u pearson_correlation
    poisson precision precision_at_recall r2_score recall recall_at_precision
    root_mean_squared_error sensitivity_at_specificity sparse_categorical_accuracy
    sparse_categorical_crossentropy sparse_top_k_categorical_accuracy specificity_at_sensitivity
    squared_hinge sum top_k_categorical_accuracy true_negatives true_positives
""")

_OPTIMIZERS = _words("""
    adadelta adafactor adagrad adam adamax adamw ftrl lion muon nadam rmsprop schedulefreeadamw
    sgd
""")

_ACTIVATIONS = _words("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
    leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink
    softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh
    tanh_shrink threshold
""")

_INITIALIZERS = _words("""
    constant glorot_normal glorot_uniform he_normal he_uniform identity lecun_normal lecun_uniform
    normal one ones orthogonal random_normal random_uniform stft truncated_normal uniform
    variance_scaling zero zeros
""")

_REGULARIZERS = _words("""
    l1 l1l2 l2 orthogonal_regularizer
""")

_CONSTRAINTS = _words("""
    max_norm min_max_norm non_neg unit_norm
""")

IDENTIFIERS: Mapping[str, tuple[str, ...]] = {
    "loss": _LOSSES,
    "metric": _METRICS,
    "optimizer": _OPTIMIZERS,
    "activation function": _ACTIVATIONS,
    "initializer": _INITIALIZERS,
    "regularizer": _REGULARIZERS,
    "constraint": _CONSTRAINTS,
}
"""By the word that an exception has for it: the strings that stand for one."""

_KERAS = _words("""
    DTypePolicy FloatDTypePolicy Function Initializer Input InputSpec KerasTensor Layer Loss
    Metric Model Operation Optimizer Quantizer Regularizer RematScope Sequential StatelessScope
    SymbolicScope Variable activations applications backend callbacks config constraints datasets
    device distillation distribution dtype_policies export initializers layers legacy losses
    metrics mixed_precision models name_scope ops optimizers preprocessing quantizers random
    regularizers remat saving src tree utils version visualization wrappers
""")

_IN_LAYERS = _words("""
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D
    AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add
    AdditiveAttention AlphaDropout Attention AugMix AutoContrast Average AveragePooling1D
    AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization
    Bidirectional CategoryEncoding CenterCrop Concatenate
    ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D Conv2DTranspose
    Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Convolution1D Convolution1DTranspose
    Convolution2D Convolution2DTranspose Convolution3D Convolution3DTranspose Cropping1D
    Cropping2D Cropping3D CutMix Dense DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout
    ELU EinsumDense Embedding Equalization Flatten FlaxLayer GRU GRUCell GaussianDropout
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalAvgPool1D GlobalAvgPool2D GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D
    GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization
    GroupQueryAttention HashedCrossing Hashing Identity Input InputLayer InputSpec IntegerLookup
    JaxLayer LSTM LSTMCell Lambda Layer LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes
    MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram
    Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline
    RMSNormalization RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter
    RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur
    RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
    RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector
    Rescaling Reshape Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D
    SeparableConvolution1D SeparableConvolution2D SimpleRNN SimpleRNNCell Softmax Solarization
    SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells
    StringLookup Subtract TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper
    UnitNormalization UpSampling1D UpSampling2D UpSampling3D Wrapper ZeroPadding1D ZeroPadding2D
    ZeroPadding3D add average concatenate dot maximum minimum multiply subtract
""")

_IN_CALLBACKS = _words("""
    BackupAndRestore CSVLogger Callback CallbackList EarlyStopping History LambdaCallback
    LearningRateScheduler ModelCheckpoint OrbaxCheckpoint ProgbarLogger ReduceLROnPlateau
    RemoteMonitor SwapEMAWeights TensorBoard TerminateOnNaN
""")

_IN_LOSSES = _words("""
    BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy
    CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy CategoricalHinge Circle
    CosineSimilarity Dice Hinge Huber KLDivergence LogCosh Loss MeanAbsoluteError
    MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson
    SparseCategoricalCrossentropy SquaredHinge Tversky
""")

_IN_METRICS = _words("""
    AUC Accuracy BinaryAccuracy BinaryCrossentropy BinaryIoU CategoricalAccuracy
    CategoricalCrossentropy CategoricalHinge ConcordanceCorrelation CosineSimilarity F1Score
    FBetaScore FalseNegatives FalsePositives Hinge IoU KLDivergence LogCoshError Mean
    MeanAbsoluteError MeanAbsolutePercentageError MeanIoU MeanMetricWrapper MeanSquaredError
    MeanSquaredLogarithmicError Metric OneHotIoU OneHotMeanIoU PearsonCorrelation Poisson
    Precision PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError
    SensitivityAtSpecificity SparseCategoricalAccuracy SparseCategoricalCrossentropy
    SparseTopKCategoricalAccuracy SpecificityAtSensitivity SquaredHinge Sum
    TopKCategoricalAccuracy TrueNegatives TruePositives
""")

_IN_OPTIMIZERS = _words("""
    Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer MultiOptimizer
    Muon Nadam Optimizer OptimizerMap RMSprop SGD ScheduleFreeAdamW legacy schedules
""")

_IN_MODELS = _words("""
    Model Sequential clone_model load_model model_from_json save_model
""")

_IN_UTILS = _words("""
    Config CustomObjectScope FeatureSpace Progbar PyDataset Sequence array_to_img
    audio_dataset_from_directory bounding_boxes clear_session custom_object_scope
    deserialize_keras_object disable_interactive_logging enable_interactive_logging
    get_custom_objects get_file get_registered_name get_registered_object get_source_inputs
    image_dataset_from_directory img_to_array is_interactive_logging_enabled is_keras_tensor
    legacy load_img model_to_dot normalize pack_x_y_sample_weight pad_sequences plot_model
    register_keras_serializable save_img serialize_keras_object set_random_seed split_dataset
    standardize_dtype text_dataset_from_directory timeseries_dataset_from_array to_categorical
    unpack_x_y_sample_weight
""")

_IN_REGULARIZERS = _words("""
    L1 L1L2 L2 OrthogonalRegularizer Regularizer l1 l1_l2 l2 orthogonal_regularizer
""")

_IN_INITIALIZERS = _words("""
    Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity IdentityInitializer
    Initializer LecunNormal LecunUniform Ones Orthogonal OrthogonalInitializer RandomNormal
    RandomUniform STFT STFTInitializer TruncatedNormal VarianceScaling Zeros
""")

_IN_CONSTRAINTS = _words("""
    Constraint MaxNorm MinMaxNorm NonNeg UnitNorm
""")

_IN_ACTIVATIONS = _words("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
    leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink
    softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh
    tanh_shrink threshold
""")

_IN_APPLICATIONS = _words("""
    ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121 DenseNet169
    DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 EfficientNetB4
    EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1
    EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S
    InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 MobileNetV3Large MobileNetV3Small
    NASNetLarge NASNetMobile ResNet101 ResNet101V2 ResNet152 ResNet152V2 ResNet50 ResNet50V2 VGG16
    VGG19 Xception convnext densenet efficientnet efficientnet_v2 imagenet_utils
    inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 mobilenet_v3 nasnet resnet resnet50
    resnet_v2 vgg16 vgg19 xception
""")

_IN_DATASETS = _words("""
    boston_housing california_housing cifar10 cifar100 fashion_mnist imdb mnist reuters
""")

MEMBERS: Mapping[str, tuple[str, ...]] = {
    "keras": _KERAS,
    "keras.layers": _IN_LAYERS,
    "keras.callbacks": _IN_CALLBACKS,
    "keras.losses": _IN_LOSSES,
    "keras.metrics": _IN_METRICS,
    "keras.optimizers": _IN_OPTIMIZERS,
    "keras.models": _IN_MODELS,
    "keras.utils": _IN_UTILS,
    "keras.regularizers": _IN_REGULARIZERS,
    "keras.initializers": _IN_INITIALIZERS,
    "keras.constraints": _IN_CONSTRAINTS,
    "keras.activations": _IN_ACTIVATIONS,
    "keras.applications": _IN_APPLICATIONS,
    "keras.datasets": _IN_DATASETS,
}
"""What the modules have."""

METHODS = _words("""
    add add_loss add_metric add_variable add_weight build build_from_config call compile
    compile_from_config compute_dtype compute_loss compute_mask
    compute_metrics compute_output_shape compute_output_spec count_params dtype dtype_policy
    evaluate export fit from_config get_build_config get_compile_config get_config get_layer
    get_metrics_result get_quantization_layer_structure get_state_tree get_weights input
    input_dtype input_shape input_spec inputs jit_compile layers load_own_variables
    load_weights losses make_predict_function make_test_function make_train_function metrics
    metrics_names metrics_variables non_trainable_variables non_trainable_weights output
    output_shape outputs path pop predict predict_on_batch predict_step quantization_mode quantize
    quantized_build quantized_call rematerialized_call reset_metrics run_eagerly save
    save_own_variables save_weights set_state_tree set_weights stateless_call
    stateless_compute_loss summary supports_masking symbolic_call test_on_batch test_step to_json
    train_on_batch train_step trainable trainable_variables trainable_weights variable_dtype
    variables weights
""")
"""What a model has."""

_FIT = _words("""
    batch_size callbacks class_weight epochs initial_epoch sample_weight shuffle steps_per_epoch
    validation_batch_size validation_data validation_freq validation_split validation_steps
    verbose x y
""")

_COMPILE = _words("""
    auto_scale_loss jit_compile loss loss_weights metrics optimizer run_eagerly
    steps_per_execution weighted_metrics
""")

_EVALUATE = _words("""
    batch_size callbacks return_dict sample_weight steps verbose x y
""")

_PREDICT = _words("""
    batch_size callbacks steps verbose x
""")

_LAYER = _words("""
    activation activity_regularizer addition_factor all_ops allow_last_axis_squeeze alpha
    alpha_constraint alpha_initializer alpha_regularizer antialias arguments attention_axes
    autocast axes axis backward_layer batch_shape batch_size beta_constraint beta_initializer
    beta_regularizer bias_axes bias_constraint bias_initializer bias_regularizer bin_boundaries
    bins bounding_box_format brightness_factor call_endpoint call_fn call_training_endpoint cell
    cells center chain_depth clip_limit contrast_factor crop_to_aspect_ratio cropping data_format
    depth_multiplier depthwise_constraint depthwise_initializer depthwise_regularizer
    dilation_rate dims dropout dtype embeddings_constraint embeddings_initializer
    embeddings_regularizer encoding epsilon equation expand_dims factor fft_length filepath
    fill_mode fill_value filters flash_attention frame_length frame_step function gamma_constraint
    gamma_initializer gamma_regularizer go_backwards gptq_unpacked_column_size groups head_dim
    height height_factor hue_factor idf_weights init_fn input_dim input_shape input_tensor
    interpolation invert keepdims kernel_constraint kernel_initializer kernel_regularizer
    kernel_size key_dim l1 l2 layer layers logit_soft_cap lora_alpha lora_rank mag_exp mask
    mask_token mask_value mask_zero max_freq max_ndim max_number max_tokens max_value mean
    merge_mode method min_freq min_ndim min_power mode module momentum moving_mean_initializer
    moving_variance_initializer n name native_serialization_platforms ndim negative_slope ngrams
    noise_shape normalize num_bins num_chains num_heads num_key_value_heads num_mel_bins
    num_oov_indices num_ops num_query_heads num_tokens offset oov_method oov_token optional
    output_dim output_mode output_padding output_sequence_length output_shape output_size
    pad_to_aspect_ratio pad_to_max_tokens padding params periodic pointwise_constraint
    pointwise_initializer pointwise_regularizer pool_dimensions pool_mode pool_size
    power_iterations power_to_db quantization_config ragged rank rate recurrent_activation
    recurrent_constraint recurrent_dropout recurrent_initializer recurrent_regularizer ref_power
    renorm renorm_clipping renorm_momentum reset_after return_sequences return_state reverse_dtype
    salt sampling_rate saturation_factor scale scaling score_mode seed sequence_length
    sequence_stride shape shared_axes sigma size sliding_window sparse split standardize state
    stateful stddev strides synchronized target_shape threshold threshold_factor tie_weights
    tile_grid_size top_db trainable unit_forget_bias units unroll use_bias use_cudnn use_gate
    use_scale value_dim value_range variables variance vocabulary vocabulary_dtype weights width
    width_factor window x_factor y_factor zero_output_for_mask
""")

_OPTIMIZER = _words("""
    adam_beta_1 adam_beta_2 adam_lr_ratio adam_weight_decay amsgrad beta beta_1 beta_2
    beta_2_decay centered clip_threshold clipnorm clipvalue default_optimizer dynamic_growth_steps
    ema_momentum ema_overwrite_frequency epsilon epsilon_1 epsilon_2 exclude_embeddings
    exclude_layers global_clipnorm gradient_accumulation_steps initial_accumulator_value
    initial_scale inner_optimizer l1_regularization_strength l2_regularization_strength
    l2_shrinkage_regularization_strength learning_rate learning_rate_power loss_scale_factor
    momentum muon_a muon_b muon_c name nesterov ns_steps optimizer_map relative_step rho rms_rate
    use_ema warmup_steps weight_decay
""")

_CALLBACK = _words("""
    add_history add_progbar append backup_dir baseline callbacks cooldown delete_checkpoint
    directory double_checkpoint embeddings_freq embeddings_metadata factor field filename filepath
    headers histogram_freq initial_value_threshold log_dir max_to_keep min_delta min_lr mode model
    monitor on_epoch_begin on_epoch_end on_train_batch_begin on_train_batch_end on_train_begin
    on_train_end path patience profile_batch raise_error restore_best_weights root save_best_only
    save_freq save_on_background save_weights_only schedule send_as_json separator
    start_from_epoch swap_on_epoch update_freq verbose write_graph write_images
    write_steps_per_second
""")

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    ".fit": _FIT,
    ".compile": _COMPILE,
    ".evaluate": _EVALUATE,
    ".predict": _PREDICT,
    "layer": _LAYER,
    "optimizer": _OPTIMIZER,
    "callback": _CALLBACK,
}
"""What the calls take: a model's methods, and all layers, optimisers and callbacks together."""
