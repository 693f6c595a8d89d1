//! Every code a client can meet, with its message in English and Chinese, in this one place.
//!
//! Messages are Fluent patterns; `{ $name }` takes the refusal's value of that name.

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::sync::LazyLock;

/// The languages messages are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese (zh-CN).
    ZhCn,
}

impl Language {
    /// Picks from an `Accept-Language` header; English when nothing fits.
    pub fn accept(header: Option<&str>, default: Language) -> Self {
        header
            .and_then(|text| {
                text.split(',').find_map(|item| {
                    let tag = item.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
                    if tag.starts_with("zh") {
                        Some(Self::ZhCn)
                    } else if tag.starts_with("en") {
                        Some(Self::En)
                    } else {
                        None
                    }
                })
            })
            .unwrap_or(default)
    }
}

macro_rules! codes {
    ($( $variant:ident = $text:literal, $en:literal, $zh:literal; )*) => {
        /// A stable code of a refusal or an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(
                #[doc = $en]
                $variant,
            )*
        }

        impl Code {
            /// All codes, in the order they are listed.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// The code as clients see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The Fluent pattern of its message.
            pub fn pattern(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Code::$variant, Language::En) => $en, (Code::$variant, Language::ZhCn) => $zh,)*
                }
            }
        }
    };
}

codes! {
    // The request itself.
    Unauthenticated = "UNAUTHENTICATED", "sign in with a valid token", "请使用有效凭证登录";
    AssignmentRequired = "ASSIGNMENT_REQUIRED", "choose one of your assignments with the header Onedoor-Assignment: { $choices }", "请用请求头 Onedoor-Assignment 选择一个任职：{ $choices }";
    PurposeUnknown = "PURPOSE_UNKNOWN", "the purpose { $purpose } is not known", "未知的使用目的 { $purpose }";
    MethodNotAllowed = "METHOD_NOT_ALLOWED", "this takes { $methods } only", "此处只接受 { $methods } 请求";
    NotAcceptable = "NOT_ACCEPTABLE", "ask for one of: { $types }", "请接受以下类型之一：{ $types }";
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", "send { $types } in UTF-8, not encoded otherwise", "请以 UTF-8 发送 { $types }，不得另行编码";
    RequestTooLarge = "REQUEST_TOO_LARGE", "the body has more than { $most } bytes", "请求正文超过 { $most } 字节";
    RequestTimeout = "REQUEST_TIMEOUT", "the body did not arrive in time", "请求正文未能及时到达";
    OutcomeUnknown = "OUTCOME_UNKNOWN", "no answer in time; ask again, a change with the same key", "未能及时得到结果，请重试；变更操作请使用同一幂等键";
    BadRequest = "BAD_REQUEST", "the request cannot be read: { $reason }", "无法读取请求：{ $reason }";
    GraphqlParse = "GRAPHQL_PARSE_FAILED", "the document cannot be parsed at line { $line }, column { $column }", "查询语句第 { $line } 行第 { $column } 列无法解析";
    GraphqlValidation = "GRAPHQL_VALIDATION_FAILED", "{ $reason }", "查询不符合模式：{ $reason }";
    BadUserInput = "BAD_USER_INPUT", "{ $reason }", "输入有误：{ $reason }";
    OperationLimit = "OPERATION_LIMIT", "the operation has too much of { $what }: at most { $most }", "操作超出限制：{ $what } 最多 { $most }";
    CostLimit = "COST_LIMIT", "the operation costs { $cost }, your budget is { $budget }", "操作开销 { $cost } 超出额度 { $budget }";
    NotInSchema = "NOT_IN_SCHEMA", "{ $field } is not for this user", "该用户无权使用 { $field }";
    RateLimited = "RATE_LIMITED", "too many attempts, try again in { $seconds } s", "尝试过于频繁，请 { $seconds } 秒后再试";
    Internal = "INTERNAL", "something is broken on our side; it has been logged", "系统内部错误，已记录";
    Unavailable = "UNAVAILABLE", "the store cannot take changes now; nothing was written, try again", "存储暂不可写，未写入任何内容，请重试";
    SignInFailed = "SIGN_IN_FAILED", "the login or the password is wrong", "用户名或密码错误";
    // Any change.
    NotFound = "NOT_FOUND", "there is no such thing here", "未找到";
    InvalidInput = "INVALID_INPUT", "{ $reason }", "输入不符合要求：{ $reason }";
    StaleVersion = "STALE_VERSION", "it was changed meanwhile; its version is now { $current }, read it again", "数据已被更新，当前版本为 { $current }，请重新读取";
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED", "this key was used with another input; use a new key", "该幂等键已用于其他输入，请更换";
    WrongState = "WRONG_STATE", "the case is { $state }; this needs { $needed }", "案件当前状态为 { $state }，此操作需要 { $needed }";
    ClockBehindCase = "CLOCK_BEHIND_CASE", "the clock stands before this case's last event of { $last }", "系统时间早于该案件最近事件 { $last }";
    NotAuthorisedProgramme = "NOT_AUTHORISED_PROGRAMME", "the authority table gives { $step } of { $programme } to another unit", "依据权限表，{ $programme } 的 { $step } 不属于本单位";
    NotAuthorisedLevel = "NOT_AUTHORISED_LEVEL", "{ $programme } is decided at level { $level }; pass the case on", "{ $programme } 由 { $level } 级决定，请上报或转办";
    StepNotTaken = "STEP_NOT_TAKEN", "cases of { $programme } do not pass { $step }; their way is { $path }", "{ $programme } 不经过 { $step } 环节，其办理流程为 { $path }";
    SeparationOfDuties = "SEPARATION_OF_DUTIES", "who investigated this case may not { $act } it", "核查人员不得对同一案件进行 { $act }";
    SignedAlready = "SIGNED_ALREADY", "who signed an earlier step of this case may not { $act } it: it takes { $needed } different signers", "同一案件的签署人不得重复：{ $act } 须由他人签署，共需 { $needed } 人依次签字";
    RecusalRequired = "RECUSAL_REQUIRED", "a near relative of the applicant must step back", "与申请人有近亲属关系，应当回避";
    // Persons and households.
    InvalidIdNumber = "INVALID_ID_NUMBER", "a resident identity number has 18 characters, the last a digit or X", "居民身份证号应为18位，末位为数字或X";
    OldIdNumber = "OLD_ID_NUMBER", "15-digit numbers are no longer in use; take the 18-digit number from the present card", "15位旧号码已停用，请使用现行证件的18位号码";
    InvalidIdChecksum = "INVALID_ID_CHECKSUM", "the check character of the identity number is wrong", "身份证号校验码错误";
    InvalidBirthDate = "INVALID_BIRTH_DATE", "the identity number holds no real date of birth", "身份证号中的出生日期无效";
    BirthDateMismatch = "BIRTH_DATE_MISMATCH", "the identity number says born on { $number }, the form says { $form }", "身份证号出生日期为 { $number }，表格填写为 { $form }";
    SexMismatch = "SEX_MISMATCH", "the identity number says { $number }, the form says { $form }", "身份证号性别为 { $number }，表格填写为 { $form }";
    IdNumberOrReason = "ID_NUMBER_OR_REASON", "give the identity number, or say why there is none", "请填写身份证号，或说明无证件的原因";
    MemberTwice = "MEMBER_TWICE", "the same person is listed twice", "同一人重复列入";
    HeadNotMember = "HEAD_NOT_MEMBER", "the head must be listed as a member with relation 01 or 02", "户主须以关系代码01或02列入成员";
    MemberOfOtherHousehold = "MEMBER_OF_OTHER_HOUSEHOLD", "a listed person is a member of another household; end that membership first", "所列人员属于其他家庭，请先结束原成员关系";
    UnknownCode = "UNKNOWN_CODE", "{ $value } is not in the code table { $table }", "{ $value } 不在代码表 { $table } 中";
    // Intake.
    DuplicateActiveApplication = "DUPLICATE_ACTIVE_APPLICATION", "a counted member already has an open application for { $programme }", "家庭成员已有在办的 { $programme } 申请";
    ExclusiveBenefitActive = "EXCLUSIVE_BENEFIT_ACTIVE", "a counted member holds { $held }, which excludes { $programme }", "家庭成员已享受 { $held }，不得同时享受 { $programme }";
    ProgrammeNotOffered = "PROGRAMME_NOT_OFFERED", "the programme { $programme } is not handled here", "本平台未办理 { $programme }";
    SubjectRequired = "SUBJECT_REQUIRED", "{ $programme } is for single persons: name each of them", "{ $programme } 以个人为对象，请逐一填写救助对象";
    NoActiveWindow = "NO_ACTIVE_WINDOW", "no service window is open here", "此处没有在用的受理窗口";
    SupplementAlreadyRequested = "SUPPLEMENT_ALREADY_REQUESTED", "the one supplement list was given on { $on }", "一次性补正告知已于 { $on } 发出";
    NoProofOfKnown = "NO_PROOF_OF_KNOWN", "{ $what } is known to the platform and may not be demanded", "{ $what } 平台已有记录，不得要求提供证明";
    MaterialsIncomplete = "MATERIALS_INCOMPLETE", "still missing: { $missing }", "仍缺材料：{ $missing }";
    MaterialUnknown = "MATERIAL_UNKNOWN", "{ $kind } is not on this case's list", "{ $kind } 不在材料清单中";
    ConsentMissing = "CONSENT_MISSING", "no valid consent of { $count } counted member(s); record it first", "尚有 { $count } 名成员未签署有效授权书，请先补录";
    // Verification and appraisal.
    VerificationOpen = "VERIFICATION_OPEN", "a verification of this household is already open", "该家庭已有进行中的核查";
    TwoInvestigatorsRequired = "TWO_INVESTIGATORS_REQUIRED", "a home visit needs two different investigators (民发〔2012〕220号 art 18)", "入户调查须由两名以上调查人员进行（民发〔2012〕220号第十八条）";
    NotAnInvestigator = "NOT_AN_INVESTIGATOR", "a named investigator does not hold that duty here", "所列调查人员不具备本地核查职责";
    HomeVisitMissing = "HOME_VISIT_MISSING", "record the home visit first", "请先记录入户调查";
    ComparisonMissing = "COMPARISON_MISSING", "record the information comparison first", "请先记录信息比对";
    DateOutOfOrder = "DATE_OUT_OF_ORDER", "{ $what } on { $on } does not fit: it must be { $needed }", "{ $what } 的日期 { $on } 不合理：应为 { $needed }";
    PanelTooFewRepresentatives = "PANEL_TOO_FEW_REPRESENTATIVES", "villager representatives must be at least { $needed } of the panel of { $panel } (民发〔2012〕220号 art 22)", "评议人员 { $panel } 人中村民代表不得少于 { $needed } 人（民发〔2012〕220号第二十二条）";
    PanelCountsWrong = "PANEL_COUNTS_WRONG", "the votes and representatives do not fit a panel of { $panel }", "票数或代表人数与评议人数 { $panel } 不符";
    AppraisalNotSigned = "APPRAISAL_NOT_SIGNED", "the appraisal is valid only when all members have signed", "评议须由全体参加人员签字确认";
    // Opinion, notice, decision.
    OpinionAgainstAssessment = "OPINION_AGAINST_ASSESSMENT", "the assessment says { $assessed }; a grant needs an eligible assessment", "测算结果为 { $assessed }，符合条件方可拟批准";
    DetailsMissing = "DETAILS_MISSING", "record the programme's details first", "请先填写项目信息";
    ReasonRequired = "REASON_REQUIRED", "a refusal needs its reason in writing", "不予批准须书面说明理由";
    NoticePeriodNotElapsed = "NOTICE_PERIOD_NOT_ELAPSED", "the notice ends on { $end }; from { $from } the case can go on", "公示于 { $end } 届满，自 { $from } 起方可继续";
    NoticeNotApplicable = "NOTICE_NOT_APPLICABLE", "this programme has no public notice", "本项目不设公示环节";
    NotEligible = "NOT_ELIGIBLE", "the assessment finds the household not eligible: { $rules }", "测算结果不符合条件：{ $rules }";
    SameCauseGranted = "SAME_CAUSE_GRANTED", "a counted member was granted aid for this cause already ({ $period }); it is granted once only", "家庭成员已因同一事由获得救助（{ $period }），不得重复救助";
    ParameterMissing = "PARAMETER_MISSING", "no value of { $key } is in force on { $on }", "参数 { $key } 在 { $on } 没有有效值";
    // Transfer and mutual recognition.
    UnitNotCompetent = "UNIT_NOT_COMPETENT", "the authority table gives { $unit } no step of { $programme }", "依据权限表，{ $unit } 不承办 { $programme } 的任何环节";
    CompetentUnitRequired = "COMPETENT_UNIT_REQUIRED", "a unit that sends a case back must name the competent one", "退回转办事项须指明应承办单位";
    TransferNotReceived = "TRANSFER_NOT_RECEIVED", "receive the transfer first", "请先签收转办事项";
    DecisionIsFeedback = "DECISION_IS_FEEDBACK", "this unit decides { $programme }: record the decision, it is the feedback", "{ $programme } 由本单位决定，请登记决定，决定即为反馈";
    LimitBasisRequired = "LIMIT_BASIS_REQUIRED", "another limit than the usual { $usual } working days needs its legal basis", "非常规时限（通常为 { $usual } 个工作日）须注明依据";
    NoRecognisedReport = "NO_RECOGNISED_REPORT", "no report serves this household with its present members; hand the case to verification", "该家庭现有成员没有可互认的有效核查报告，请转核查";
    VerificationMutuallyRecognised = "VERIFICATION_MUTUALLY_RECOGNISED", "the report { $number } serves every programme until { $until }; a second verification needs a special or reported case, with a district department and the town", "核查报告 { $number } 在 { $until } 前各项目互认；再次核查须属特殊复杂或群众举报，并由区级部门和镇共同参与";
    // Ledger.
    WrongFundingChannel = "WRONG_FUNDING_CHANNEL", "{ $programme } { $item } is not paid from { $channel } (649号 art 5: earmarked funds)", "{ $programme } { $item } 不得从 { $channel } 列支（专款专用，649号令第五条）";
    BudgetExhausted = "BUDGET_EXHAUSTED", "the channel { $channel } has no room for { $amount }", "资金渠道 { $channel } 余额不足，需 { $amount }";
    CommitmentMissing = "COMMITMENT_MISSING", "no open commitment stands behind this payment", "该笔支付没有对应的已批准待付款项";
    CommitmentSettled = "COMMITMENT_SETTLED", "this commitment is already paid", "该笔款项已支付";
    AmountMismatch = "AMOUNT_MISMATCH", "the commitment is { $committed }, not { $amount }", "应付金额为 { $committed }，而非 { $amount }";
    PayeeMismatch = "PAYEE_MISMATCH", "the commitment is owed to another person", "收款人与应付对象不一致";
    // Demo.
    ClockNotSettable = "CLOCK_NOT_SETTABLE", "the clock cannot be set here", "此环境不允许设置时钟";
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 2]> = LazyLock::new(|| [bundle(Language::En), bundle(Language::ZhCn)]);

fn bundle(language: Language) -> Bundle {
    let tag = match language {
        Language::En => unic_langid::LanguageIdentifier::from_parts(subtag("en"), None, None, &[]),
        Language::ZhCn => unic_langid::LanguageIdentifier::from_parts(subtag("zh"), None, None, &[]),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Messages go into JSON; Unicode isolation marks around values would end up in it.
    bundle.set_use_isolating(false);
    let source: String =
        Code::ALL.iter().map(|code| format!("{} = {}\n", code.as_str(), code.pattern(language))).collect();
    let resource = match FluentResource::try_new(source) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

fn subtag(text: &str) -> unic_langid::subtags::Language {
    text.parse().unwrap_or_default()
}

/// The message of a code with its values, in one language.
pub fn message(code: Code, args: &[(&'static str, String)], language: Language) -> String {
    let bundle = match language {
        Language::En => &BUNDLES[0],
        Language::ZhCn => &BUNDLES[1],
    };
    let Some(pattern) = bundle.get_message(code.as_str()).and_then(|message| message.value()) else {
        return code.as_str().to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(*name, value.as_str());
    }
    bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_well_formed_message_in_both_languages() {
        for code in Code::ALL {
            for language in [Language::En, Language::ZhCn] {
                let source = format!("{} = {}\n", code.as_str(), code.pattern(language));
                assert!(FluentResource::try_new(source).is_ok(), "{}", code.as_str());
            }
            assert_eq!(
                places(code.pattern(Language::En)),
                places(code.pattern(Language::ZhCn)),
                "{} names other values in Chinese",
                code.as_str()
            );
        }
    }

    fn places(pattern: &str) -> std::collections::BTreeSet<&str> {
        pattern.split("{ $").skip(1).filter_map(|rest| rest.split(" }").next()).collect()
    }

    #[test]
    fn a_message_takes_its_values() {
        let args = [("end", "2018-11-12".to_owned()), ("from", "2018-11-13".to_owned())];
        assert_eq!(
            message(Code::NoticePeriodNotElapsed, &args, Language::En),
            "the notice ends on 2018-11-12; from 2018-11-13 the case can go on"
        );
        assert!(message(Code::NoticePeriodNotElapsed, &args, Language::ZhCn).contains("2018-11-12"));
    }
}
